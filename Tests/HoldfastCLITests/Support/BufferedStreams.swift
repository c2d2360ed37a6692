import FileSystemSeam
import HoldfastCLI
import Testing

/// Streams in memory: what a command is given, and what it wrote.
final class BufferedStreams: ConsoleStreams {
    /// What can still be read, by descriptor.
    var inputs: [Int32: [UInt8]]
    /// What was written, by descriptor.
    private(set) var outputs: [Int32: [UInt8]] = [:]
    /// The most bytes one read gives, so that short reads are seen.
    var readMaximum = Int.max
    /// Makes every write of results fail.
    var outputFailure: ErrorNumber?
    /// Whether nobody reads the results any more.
    var isReaderGone = false
    /// Called before diagnostics are written: while the command is between two of its steps.
    var beforeDiagnostics: () throws -> Void = {}
    /// Called when a command asks whether anybody still reads: while it is between two of its steps.
    var beforeReaderCheck: () throws -> Void = {}

    /// Makes streams with the given standard input.
    init(input: [UInt8] = []) { inputs = [StandardDescriptor.input: input] }

    /// Gives the next bytes of the descriptor's input.
    func read(_ descriptor: Int32, into buffer: inout MutableSpan<UInt8>) throws(FileSystemError) -> Int {
        guard let rest = inputs[descriptor] else {
            throw FileSystemError(operation: .read, name: "descriptor \(descriptor)", code: .badDescriptor)
        }
        let count = min(rest.count, buffer.count, readMaximum)
        for position in 0..<count { buffer[position] = rest[position] }
        inputs[descriptor] = Array(rest.dropFirst(count))
        return count
    }

    func isReaderGone(_ descriptor: Int32) -> Bool {
        call(beforeReaderCheck)
        return isReaderGone && descriptor == StandardDescriptor.output
    }

    /// Keeps the bytes.
    func write(_ bytes: Span<UInt8>, to descriptor: Int32) throws(FileSystemError) {
        if descriptor == StandardDescriptor.output, let outputFailure {
            throw FileSystemError(operation: .write, name: "standard output", code: outputFailure)
        }
        if descriptor == StandardDescriptor.error { call(beforeDiagnostics) }
        var all = outputs[descriptor] ?? []
        for position in bytes.indices { all.append(bytes[position]) }
        outputs[descriptor] = all
    }

    private func call(_ body: () throws -> Void) {
        do {
            try body()
        } catch {
            Issue.record(error)
        }
    }
}
