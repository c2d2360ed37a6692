# shellcheck shell=bash
# The release build of the command line, shared by the demo and the tests. Sourced, not run.

# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# build_static_holdfast: builds .build/release/holdfast, as one static file where the system allows it ($linked_holdfast), and the
# copy of it that is meant to be used ($static_holdfast).
build_static_holdfast() {
    local flags=(-c release --product holdfast)
    if [[ $(uname -s) == Linux ]]; then
        flags+=(-Xswiftc -static-executable)
    else
        say 'This system has no static executables: holdfast is linked to the system libraries instead.'
    fi
    swift build --package-path "$root" "${flags[@]}" 2>&1 | without_known_linker_warnings
    linked_holdfast=$(swift build --package-path "$root" "${flags[@]}" --show-bin-path)/holdfast
    [[ -x $linked_holdfast ]] || fail "$exit_software" "the build succeeded but there is no $linked_holdfast."
    static_holdfast=$root/.build/holdfast
    [[ $static_holdfast -nt $linked_holdfast ]] || copy_without_symbols "$linked_holdfast" "$static_holdfast"
}

# copy_without_symbols FROM TO: half the size, and fewer pages to bring in at each start. Debuggers find the symbols in FROM.
copy_without_symbols() {
    # On macOS a program is signed as it is linked.
    if [[ $(uname -s) == Linux ]] && command -v strip >/dev/null 2>&1; then
        strip -o "$2.tmp" "$1"
    else
        cp "$1" "$2.tmp"
    fi
    mv -f "$2.tmp" "$2"
}

# libcrypto and the Swift runtime can look up hosts and load plug-ins; a static glibc warns about each such function.
# Holdfast calls none of them, so exactly these warnings are left out. Everything else is shown.
without_known_linker_warnings() {
    sed -E "/: warning: Using '(dlopen|getaddrinfo|gethostbyname)' in statically linked applications requires at runtime/d"
}

# require_static_binary FILE: a file that needs no library at run time, and carries no Foundation.
require_static_binary() {
    local needed
    needed=$(LC_ALL=C readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p')
    [[ -z $needed ]] || fail "$exit_software" "$1 is meant to be static but needs at run time: ${needed//$'\n'/, }."
    # How the compiler mangles the names of Foundation and FoundationEssentials.
    if LC_ALL=C grep -aqE '[$]s(10Foundation|20FoundationEssentials)' "$1"; then
        fail "$exit_software" "$1 carries Foundation, which makes every start slower; find the import that brings it in."
    fi
}
