import FileSystemSeam
import Foundation
import LockKit

// Processes that hold locks, for tests: `lock-worker <command> <path> …`. What each does is said at its function.

let words = Array(CommandLine.arguments.dropFirst())
guard words.count >= 2 else { exit(64) }
do {
    switch words[0] {
    case "hold": try hold(words[1])
    case "fork": try forkWhileHolding(words[1])
    case "fork-kept": try forkKeeping(words[1])
    case "marker-hold": try holdMarker(words[1])
    case "marker-exit": try exitHoldingMarker(words[1])
    case "marker-fork": try forkHoldingMarker(words[1])
    #if os(Linux)
    case "namespace": exit(tryNamespace())
    case "fork-namespace": exit(forkIntoNamespace(words[1]))
    #endif
    case "soak": try soak(Array(words.dropFirst()))
    case "witness": try witness(Array(words.dropFirst()))
    default: exit(64)
    }
} catch {
    say("failed \(error)")
    exit(1)
}
