KPL/MK

synthetic sample: a spacecraft that never flew, SYNTHETIC_ORBITER, at Mars from
2019-09-01T00:00:00 to 2019-09-03T00:00:00 UTC.

PATH_VALUES is this file's own folder. Planetary QGIS finds it wherever the
file lies; CSPICE's own furnsh takes '.' for the current directory, so change
into this folder first.

\begindata

PATH_VALUES     = ( '.' )
PATH_SYMBOLS    = ( 'KERNELS' )
KERNELS_TO_LOAD = ( '$KERNELS/synthetic.tls'
                      '$KERNELS/synthetic.tpc'
                      '$KERNELS/synthetic.tsc'
                      '$KERNELS/synthetic.tf'
                      '$KERNELS/synthetic.ti'
                      '$KERNELS/synthetic_orbiter.bsp'
                      '$KERNELS/synthetic_orbiter.bc' )

\begintext
