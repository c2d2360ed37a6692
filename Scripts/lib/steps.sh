# shellcheck shell=bash
# The steps of Scripts/test. Sourced, not run; they read its variables `filter` and `sanitizer`.

# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source-path=SCRIPTDIR source=static-build.sh
source "$root/Scripts/lib/static-build.sh"

# A sanitizer changes every object file, so each has a build directory of its own.
set_build_arguments() {
    build_arguments=(--package-path "$root")
    build_directory=$root/.build
    if [[ -n ${sanitizer:-} ]]; then
        build_directory=$root/.build/sanitize-$sanitizer
        build_arguments+=(--sanitize "$sanitizer" --scratch-path "$build_directory")
    fi
}

# Warnings are errors by the manifest; an import of a target that the manifest does not declare is one here.
build_tests() {
    set_build_arguments
    swift build --build-tests --explicit-target-dependency-import-check error "${build_arguments[@]}"
}

# The manifest cannot make C warnings errors and stay usable as a dependency, so the shim is checked here.
check_c_shim() {
    local compiler source
    compiler=$(command -v clang || command -v cc) ||
        fail "$exit_unavailable" 'neither clang nor cc is on PATH; the Swift toolchain brings clang in its bin directory.'
    for source in "$root"/Sources/CPosix/*.c; do
        "$compiler" -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -I "$root/Sources/CPosix/include" "$source"
    done
}

# A dependent package that imports one product a target, so that a product which needs another one that it
# does not declare fails here; and no product may bring in a library that only its neighbours need.
run_downstream_package() {
    local arguments=(--package-path "$root/Fixtures/Downstream" --scratch-path "$root/.build/downstream")
    swift build "${arguments[@]}"
    local binaries source program
    binaries=$(swift build "${arguments[@]}" --show-bin-path)
    for source in "$root"/Fixtures/Downstream/Sources/*/; do
        program=$binaries/$(basename "$source")
        "$program"
        [[ $(uname -s) == Linux ]] || continue
        refuse_library "$program" 'lib_?Foundation|libpq|libsqlite3'
        case $program in */UsesFileSystemSeam) refuse_library "$program" libcrypto ;; esac
        # Sealing needs it, and nothing else may.
        case $program in */UsesKeyStore) ;; *) refuse_library "$program" libsodium ;; esac
    done
}

# refuse_library PROGRAM PATTERN: fails when the program needs a library whose name matches at run time.
refuse_library() {
    local needed
    needed=$(LC_ALL=C readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' | grep -E "^($2)" || true)
    [[ -z $needed ]] || fail "$exit_software" "$(basename "$1") needs $needed, which the product it imports must not link."
}

build_and_check_release() {
    build_static_holdfast
    # Where the names of what is in it still stand.
    if [[ $(uname -s) == Linux ]]; then require_static_binary "$linked_holdfast"; fi
    "$static_holdfast" --version
}

# The commands that README.md shows, from top to bottom, in an empty directory. The one that asks about a spent use
# answers no, with exit code 1; all others must succeed.
run_readme_commands() {
    local place commands
    make_temporary_directory place
    commands=$place.commands
    awk '/^printf secret/ { on = 1 } on && /^```$/ { exit } on' "$root/README.md" >"$commands"
    temporary_directories+=("$commands")
    grep -q '^holdfast ' "$commands" || fail "$exit_software" 'README.md shows no commands, or none that begin with printf secret.'
    (
        cd "$place"
        holdfast() {
            local status=0
            "$static_holdfast" "$@" || status=$?
            # The check comes after the one use that is allowed.
            case "$1 $2:$status" in
            'journal check:1') ;;
            'journal check:'* | *:[!0] | *:??*)
                fail "$exit_software" "\`holdfast $*\` of README.md ended with exit code $status."
                ;;
            esac
        }
        # shellcheck source=/dev/null
        source "$commands"
    ) >/dev/null
}

# The quick pass of the crash explorer: every crash point of the built-in workload, with a small budget at each.
# The long one is `holdfast crash explore journal` with a larger --budget.
explore_crashes() {
    "$static_holdfast" crash explore journal --model ext4Ordered --budget 20
    "$static_holdfast" crash explore journal --model posixMinimal --budget 10
}

# Runs last: the runner's summary is the last line of the script. The lines that only say that a test has
# started are left out; .build/test-output.log has them, which is where to look when a test hangs.
run_tests() {
    set_build_arguments
    local log=$build_directory/test-output.log arguments=(--skip-build --disable-xctest "${build_arguments[@]}")
    # Added to what the caller set; without a sanitizer nobody reads it.
    export LSAN_OPTIONS="${LSAN_OPTIONS:+$LSAN_OPTIONS:}suppressions=$root/Scripts/lib/leaks.suppressions:print_suppressions=0"
    # Frames are several times as large under AddressSanitizer, and the deepest JSON texts are walked by recursion.
    if [[ -n ${sanitizer:-} ]]; then ulimit -S -s 65536 2>/dev/null || true; fi
    if [[ -n $filter ]]; then arguments+=(--filter "$filter"); fi
    current_step='Tests' step_started=$SECONDS
    say "${bold}==> $current_step${plain} ${dim}(full output: $log)${plain}"
    swift test "${arguments[@]}" 2>&1 | tee "$log" | sed -E '/^◇ Test .* started\.$/d'
    require_some_tests "$log" "$filter"
    current_step=''
}
