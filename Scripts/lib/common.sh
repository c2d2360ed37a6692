# shellcheck shell=bash
# shellcheck disable=SC2034  # its variables are for those who source it
#
# What every script here shares: where the package is, how a script speaks, and how it fails.
# Sourced, not run, by scripts that have said `set -euo pipefail`. Keeps to bash 3.2, which is what macOS ships.

[[ -z ${common_is_sourced:-} ]] || return 0
common_is_sourced=yes

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root

# Exit codes as sysexits.h names them; the command line uses the same.
readonly exit_usage=64 exit_missing_input=66 exit_unavailable=69 exit_software=70

# Colour only for a person at a terminal who has not asked for none (https://no-color.org).
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
    bold=$'\033[1m' dim=$'\033[2m' green=$'\033[32m' red=$'\033[31m' plain=$'\033[0m'
else
    bold='' dim='' green='' red='' plain=''
fi
readonly bold dim green red plain exit_usage exit_missing_input exit_unavailable exit_software

say() {
    printf '%s\n' "$*"
}

# fail CODE SENTENCE: ends the script with one sentence that names the remedy.
fail() {
    local code=$1
    shift
    printf 'error: %s\n' "$*" >&2
    current_step=''
    exit "$code"
}

# print_header FILE: the comment block at the head of a script, which is its --help.
print_header() {
    sed -n '2,/^[^#]/{/^#/!d;s/^# \{0,1\}//;p;}' "$1"
}

# step WHAT COMMAND…: runs one step, announced in one line, with its duration when it is done.
# The command runs under `set -e`: the first failure ends the script, and the exit trap says in which step.
step() {
    current_step=$1
    step_started=$SECONDS
    shift
    say "${bold}==> $current_step${plain}"
    "$@"
    say "${green}    $current_step: done in $(duration $((SECONDS - step_started)))${plain}"
    current_step=''
}

# duration SECONDS: for a person.
duration() {
    if (($1 < 60)); then printf '%d s' "$1"; else printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); fi
}

temporary_directories=()
# A command that runs first when the script ends, whatever made it end; it takes away what the script has mounted.
before_leaving=''
current_step=''
step_started=0

# make_temporary_directory NAME: sets the variable NAME to a new directory that is gone when the script ends.
make_temporary_directory() {
    local made
    made=$(mktemp -d "${TMPDIR:-/tmp}/holdfast.XXXXXX")
    temporary_directories+=("$made")
    printf -v "$1" '%s' "$made"
}

# run_tests_named PATTERN [ARGUMENT…]: runs the built tests whose name matches the regular expression; fails when none does.
run_tests_named() {
    local pattern=$1 log
    shift
    make_temporary_directory log
    swift test --package-path "$root" --skip-build --disable-xctest --filter "$pattern" "$@" 2>&1 | tee "$log/output"
    require_some_tests "$log/output" "$pattern"
}

# require_some_tests LOG PATTERN: fails when the runner's output in LOG tells that no test matched.
require_some_tests() {
    if grep -q 'Test run with 0 tests' "$1" || ! grep -q 'Test run with ' "$1"; then
        fail "$exit_missing_input" "no test matches ${2:-anything}; the names are listed by: swift test list."
    fi
}

on_exit() {
    local status=$? directory
    if [[ -n $before_leaving ]]; then "$before_leaving" || true; fi
    for directory in ${temporary_directories[@]+"${temporary_directories[@]}"}; do
        rm -rf "$directory"
    done
    if ((status != 0)) && [[ -n $current_step ]]; then
        printf '%serror: the step "%s" failed (exit code %d) after %s%s\n' \
            "$red" "$current_step" "$status" "$(duration $((SECONDS - step_started)))" "$plain" >&2
    fi
    exit "$status"
}
trap on_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
