internal import Canonical
internal import FileSystemSeam
public import HoldfastCLI

/// The program `holdfast-bench` as a function.
public enum BenchCommand {
    /// Runs one command line.
    public static func run(_ words: [String], _ console: Console) -> ExitCode {
        if words.first == Worker.word {
            do {
                try Worker.run(words.dropFirst())
                return .done
            } catch {
                console.writeDiagnostic("error: \(error)")
                return .inputOutput
            }
        }
        let arguments: BenchArguments
        do throws(BenchArguments.UsageError) {
            arguments = try BenchArguments(words)
        } catch {
            console.writeDiagnostic("error: \(error)")
            return .usage
        }
        defer { console.flush() }
        if arguments.isHelp {
            console.write(BenchArguments.help)
            return .done
        }
        if arguments.isList {
            for lane in Lanes.all {
                let targets = lane.targets.map { ResultTable.text($0, of: lane) }.joined(separator: ", ")
                console.writeLine("\(lane.name): \(lane.summary); \(targets)")
            }
            return .done
        }
        do {
            try measure(arguments, console)
            return .done
        } catch {
            console.writeDiagnostic("error: \(error)")
            return .inputOutput
        }
    }

    /// Why nothing was measured.
    private struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    private static func measure(_ arguments: BenchArguments, _ console: Console) throws {
        let fileSystem = PosixFileSystem.shared
        let path = arguments.directory ?? "."
        let facts = try fileSystem.mountFacts(of: fileSystem.openDirectory(path))
        if ["tmpfs", "ramfs"].contains(facts.fileSystemType) && !arguments.allowsMemory {
            throw Refusal(
                description: "\(path) is on \(facts.fileSystemType), where a sync does nothing; name a directory on a "
                    + "disk, or give --allow-memory"
            )
        }
        console.writeDiagnostic(
            "measuring \(path) on \(facts.fileSystemType) (\(facts.mountPoint)), \(arguments.rounds) rounds"
        )
        let plots = try arguments.plots.map { try fileSystem.openDirectory($0) }
        let runner = try LaneRunner(
            in: path,
            rounds: arguments.rounds,
            isQuick: arguments.isQuick,
            measuresGrowth: plots != nil,
            program: arguments.program,
            foundation: arguments.foundation,
            fileSystem
        )
        var results: [LaneResult] = []
        for lane in arguments.selectedLanes {
            console.writeDiagnostic("  \(lane.name): \(lane.summary)")
            let result: LaneResult
            do {
                result = try runner.run(lane)
            } catch let skipped as LaneSkipped {
                console.writeDiagnostic("  \(lane.name) was left out: \(skipped)")
                continue
            }
            results.append(result)
            if arguments.wantsJSON { console.write(json: result.json) }
            if let plots, let curve = result.curve {
                try plots.replaceAtomically(curve.fileName, with: Array(GrowthPlot.svg(curve).utf8))
            }
        }
        if arguments.wantsMarkdown {
            console.write(ResultTable.markdown(results))
            if let plots = arguments.plots {
                console.write("\n" + GrowthGallery.markdown(results, in: lastName(of: plots)))
            }
        } else if !arguments.wantsJSON {
            ResultTable.write(results, to: console)
        }
        if let comparison = arguments.comparison { try compare(results, comparison, console) }
    }

    private static func compare(_ results: [LaneResult], _ path: String, _ console: Console) throws {
        let (directory, name) = split(path)
        let bytes = try PosixFileSystem.shared.openDirectory(directory).readFile(name, maximumBytes: 1 << 24)
        let earlier = try Comparison.lines(of: bytes)
        for result in results {
            let comparison = Comparison(result, with: earlier)
            let factor = comparison.factor.map { " (\(ResultTable.number($0)) × before)" } ?? ""
            console.writeDiagnostic("\(comparison.lane): \(comparison.verdict.rawValue)\(factor)")
        }
    }

    /// What a directory is called by the one above it.
    private static func lastName(of directory: String) -> String {
        directory.split(separator: "/").last.map(String.init) ?? directory
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let directory = String(path[..<slash])
        return (directory.isEmpty ? "/" : directory, String(path[path.index(after: slash)...]))
    }
}
