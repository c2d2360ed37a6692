# shellcheck shell=bash
# What the package needs from the machine, and how it is got. Sourced, not run.

# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

readonly oldest_swift_major=6 oldest_swift_minor=2

# One library a line: pkg-config name, Debian package, Homebrew formula, what it is for.
libraries() {
    cat <<'END'
libcrypto libssl-dev openssl@3 SHA-256 and Ed25519
libsodium libsodium-dev libsodium sealing and key derivation
sqlite3 libsqlite3-dev sqlite the peer of the benchmarks
END
}

# require_toolchain: ends with a remedy when Swift is missing or too old.
require_toolchain() {
    local remedy='install it from https://www.swift.org/install and put its bin directory on PATH'
    local wanted="Swift $oldest_swift_major.$oldest_swift_minor or newer"
    command -v swift >/dev/null 2>&1 || fail "$exit_unavailable" "no Swift toolchain was found; $wanted is needed: $remedy."
    local banner
    banner=$(swift --version 2>&1) ||
        fail "$exit_unavailable" "$(command -v swift) does not run (it says: $(tail -n 1 <<<"$banner")); install what it asks for, or $remedy."
    [[ $banner =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] ||
        fail "$exit_unavailable" "cannot tell the version of $(command -v swift); $wanted is needed: $remedy."
    local major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]}
    if ((major < oldest_swift_major || (major == oldest_swift_major && minor < oldest_swift_minor))); then
        fail "$exit_unavailable" "$(command -v swift) is Swift $major.$minor; $wanted is needed: $remedy."
    fi
}

# require_libraries: installs the libraries that are missing, saying which and why.
require_libraries() {
    case $(uname -s) in
    Linux) require_libraries_on_linux ;;
    Darwin) require_libraries_on_macos ;;
    *) fail "$exit_unavailable" "$(uname -s) is not supported; Holdfast runs on Linux and macOS." ;;
    esac
}

require_libraries_on_linux() {
    local missing=() reasons=() name package formula reason
    if ! command -v pkg-config >/dev/null 2>&1; then
        missing+=(pkg-config)
        reasons+=('to find libraries')
    fi
    while read -r name package formula reason; do
        has_library "$name" "$package" && continue
        missing+=("$package")
        reasons+=("for $reason")
    done < <(libraries)
    ((${#missing[@]} > 0)) || return 0
    local why
    why=$(printf '%s, ' "${reasons[@]}")
    why=${why%, }
    command -v apt-get >/dev/null 2>&1 ||
        fail "$exit_unavailable" "missing: ${missing[*]} (Debian's names; $why). Install them with this system's package manager and run this again."
    local elevate=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null 2>&1 ||
            fail "$exit_unavailable" "missing: ${missing[*]} ($why). As root, run: apt-get install -y --no-install-recommends ${missing[*]}"
        elevate=(sudo)
    fi
    say "Installing ${missing[*]} with apt-get ($why)."
    run_quietly ${elevate[@]+"${elevate[@]}"} apt-get update
    run_quietly ${elevate[@]+"${elevate[@]}"} env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}"
}

# has_library NAME PACKAGE: asks pkg-config, or the package manager while pkg-config itself is missing.
has_library() {
    if command -v pkg-config >/dev/null 2>&1; then
        pkg-config --exists "$1" 2>/dev/null
    else
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$2" 2>/dev/null) == installed ]]
    fi
}

require_libraries_on_macos() {
    command -v brew >/dev/null 2>&1 ||
        fail "$exit_unavailable" "Homebrew was not found; install it from https://brew.sh so that libraries can be installed."
    local name package formula reason
    while read -r name package formula reason; do
        brew list --versions "$formula" >/dev/null 2>&1 && continue
        say "Installing $formula with Homebrew (for $reason)."
        run_quietly brew install "$formula"
    done < <(libraries)
}

# run_quietly COMMAND…: shows the command's output only when it fails.
run_quietly() {
    local output status=0
    output=$("$@" 2>&1) || status=$?
    ((status == 0)) && return
    printf '%s\n' "$output" >&2
    fail "$exit_unavailable" "\`$*\` failed (exit code $status); see its output above."
}
