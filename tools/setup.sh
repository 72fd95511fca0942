#!/usr/bin/env bash
# Brings QGIS onto this machine where it is missing, and makes .venv with the pinned libraries.
#   tools/setup.sh             do it
#   tools/setup.sh --dry-run   only say what it would do
#   QGIS_PYTHON=/path/python3  the Python that has QGIS's bindings, where it is not found by itself
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

DEBIAN_PACKAGES=(qgis python3-qgis gdal-bin python3-gdal xvfb python3-venv)
# Tests of PostGIS start a server of their own; a person's machine gets none unasked.
PACKAGES_FOR_ROOT=(postgresql-postgis)
BINDINGS='import sys, qgis.core; sys.exit(sys.version_info < (3, 11))'
DRY_RUN=false
[[ "${1:-}" != --dry-run ]] || DRY_RUN=true

main() {
    if command -v apt-get > /dev/null; then
        install_debian_packages
    fi
    local python
    if ! python=$(python_with_qgis) || ! command -v qgis > /dev/null; then
        $DRY_RUN || explain_what_is_needed
        say "QGIS or its Python bindings are not there yet."
        return
    fi
    make_venv "$python"
}

install_debian_packages() {
    local missing as_root=()
    mapfile -t missing < <(missing_debian_packages)
    [[ ${#missing[@]} -gt 0 ]] || return 0
    if [[ $EUID -ne 0 ]]; then
        if ! command -v sudo > /dev/null; then
            say "Not installed, and neither root nor sudo to install them: ${missing[*]}"
            return 0
        fi
        as_root=(sudo)
    fi
    say "Debian packages to install, which takes some minutes: ${missing[*]}"
    $DRY_RUN && return 0
    as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    "${as_root[@]}" update
    "${as_root[@]}" install --yes --no-install-recommends "${missing[@]}" > /dev/null
}

missing_debian_packages() {
    local package wanted=("${DEBIAN_PACKAGES[@]}")
    [[ $EUID -ne 0 ]] || wanted+=("${PACKAGES_FOR_ROOT[@]}")
    for package in "${wanted[@]}"; do
        dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2> /dev/null \
            | grep -qx installed || echo "$package"
    done
}

# The system's Python first: QGIS's bindings live there, the first on PATH may be another one.
python_with_qgis() {
    local python
    for python in ${QGIS_PYTHON:+"$QGIS_PYTHON"} /usr/bin/python3 python3; do
        if "$python" -c "$BINDINGS" 2> /dev/null; then
            command -v "$python"
            return
        fi
    done
    return 1
}

explain_what_is_needed() {
    cat >&2 << TEXT
Planetary QGIS needs, and did not find, the program \`qgis\` and a Python 3.11 or newer in which
\`import qgis.core\` works. On Debian and Ubuntu these packages bring them:
    ${DEBIAN_PACKAGES[*]}
On other systems: \`conda env create -f environment.yml\`, or install QGIS and say which Python is
QGIS's, for example  QGIS_PYTHON=/path/to/python3 make demo
TEXT
    exit 1
}

make_venv() {
    local python=$1
    if [[ -x .venv/bin/python ]] && .venv/bin/python -c "$BINDINGS" 2> /dev/null; then
        say "Keeping .venv"
    else
        say "Making .venv from $python"
        $DRY_RUN || { rm -rf .venv && "$python" -m venv --system-site-packages .venv; }
    fi
    say "Installing requirements.txt into .venv"
    $DRY_RUN && return 0
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
        --requirement requirements.txt
    # Fails where numpy and the bindings that were compiled against it do not fit together.
    .venv/bin/python -c 'from osgeo import gdal_array; import pandas, shapely, spiceypy, pyproj'
}

say() { echo "set-up: $*"; }

main
