"""Where spacecraft looked: kernels in, footprints and ground tracks out."""
