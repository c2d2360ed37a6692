import FileSystemSeam
import LitmusPrograms

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Runs one litmus program on a real directory, in steps that a script can stand between.
///
/// ```
/// litmus-runner list                      a line "program NAME" each, then "outcome MODEL TEXT" lines (tabs between)
/// litmus-runner prepare NUMBER DIRECTORY  brings the directory to the program's start
/// litmus-runner run NUMBER DIRECTORY      before each system call but close: prints it, waits for a line on standard input
/// litmus-runner observe DIRECTORY         prints what is there, as the outcomes tell it
/// ```
@main struct LitmusRunner {
    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }

    private static func run(_ words: [String]) throws {
        switch (words.first, words.count) {
        case ("list", 1):
            list()
        case ("prepare", 3):
            try program(words[1]).prepare(PosixFileSystem.shared.openDirectory(words[2]))
        case ("run", 3):
            try program(words[1]).run(PosixFileSystem(hook: step).openDirectory(words[2]))
        case ("observe", 2):
            print(try describe(PosixFileSystem.shared.openDirectory(words[1])))
        default:
            throw Refusal("usage: list | prepare NUMBER DIRECTORY | run NUMBER DIRECTORY | observe DIRECTORY")
        }
    }

    private static func list() {
        for program in LitmusProgram.all {
            print("program\t\(program)")
            for model in ["posixMinimal", "ext4Ordered", "xfs"] {
                for outcome in program.expected(model).sorted() { print("outcome\t\(model)\t\(outcome)") }
            }
        }
    }

    private static func program(_ number: String) throws -> LitmusProgram {
        guard let index = Int(number), LitmusProgram.all.indices.contains(index) else {
            throw Refusal("there is no program \(number); list names them, counted from 0")
        }
        return LitmusProgram.all[index]
    }

    /// Lets the script do something, such as committing the journal, before each call.
    private static let step: SystemCallHook = { call in
        if call.name == .close { return nil }
        print(call)
        fflush(nil)
        if readLine() == nil { exit(1) }
        return nil
    }
}

private struct Refusal: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
