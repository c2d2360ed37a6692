package import FileSystemSeam

/// A line on a person's terminal that says how far long work has come, how fast it goes and how long it will take.
///
///     verifying [====>     ]  47 %  4 700 of 10 000 records, 1 240/s, 0:04 left
///
/// Nothing is shown where diagnostics go to a file or a pipe, nor for work that is done at once. The line is
/// overwritten by the next one and gone when ``clear()`` was called, so that results stand alone.
package final class ProgressBar {
    /// How often the line changes at most.
    private static let intervalNanoseconds: UInt64 = 100_000_000

    private let console: Console
    private let fileSystem: any FileSystem
    private let line: ProgressLine
    private let start: UInt64
    private var last: UInt64?
    private var shownWidth = 0

    /// - Parameters:
    ///   - doing: what is done, such as "verifying".
    ///   - unit: what is counted, such as "records".
    ///   - console: whose standard error is drawn on.
    ///   - fileSystem: whose clock tells the time.
    package init(_ doing: String, unit: String, on console: Console, _ fileSystem: any FileSystem) {
        self.console = console
        self.fileSystem = fileSystem
        line = ProgressLine(doing: doing, unit: unit)
        start = fileSystem.monotonicClock().nanoseconds
    }

    /// Shows how far the work has come, when it is time to.
    package func show(_ progress: WorkProgress) { show(progress, counting: nil) }

    /// Shows how far the work has come, when it is time to, and how fast something is counted that lies in it.
    package func show(_ progress: WorkProgress, counting inner: (count: UInt64, unit: String)?) {
        guard console.terminal.isError else { return }
        let now = fileSystem.monotonicClock().nanoseconds
        let elapsed = now &- start
        guard elapsed >= console.progressPatienceNanoseconds else { return }
        if let last, now &- last < Self.intervalNanoseconds { return }
        last = now
        // A line as wide as the terminal would wrap, and could not be overwritten.
        let width = (console.terminal.columns ?? 80) - 1
        let text = line.text(progress, counting: inner, elapsedNanoseconds: elapsed, width: width)
        console.rewriteDiagnosticLine(text, over: shownWidth)
        shownWidth = text.count
    }

    /// Takes the line away.
    package func clear() {
        guard shownWidth > 0 else { return }
        console.rewriteDiagnosticLine("", over: shownWidth)
        shownWidth = 0
    }
}

/// The text of a progress line.
struct ProgressLine {
    let doing: String
    let unit: String

    private static let barWidth = 10

    /// The line, cut at `width`.
    func text(
        _ progress: WorkProgress,
        counting inner: (count: UInt64, unit: String)? = nil,
        elapsedNanoseconds: UInt64,
        width: Int
    ) -> String {
        let seconds = Double(elapsedNanoseconds) / 1e9
        let rate = seconds > 0 ? Double(progress.completed) / seconds : 0
        var text = doing
        if let total = progress.total, total > 0 {
            let share = min(1, Double(progress.completed) / Double(total))
            text += " \(bar(share)) \(padded(Int(share * 100))) %"
            text += "  \(grouped(progress.completed)) of \(grouped(total)) \(unit)"
        } else {
            text += " \(grouped(progress.completed)) \(unit)"
        }
        if let inner {
            text += ", \(grouped(inner.count)) \(inner.unit)"
            text += ", \(grouped(UInt64(seconds > 0 ? Double(inner.count) / seconds : 0)))/s"
        } else {
            text += ", \(grouped(UInt64(rate)))/s"
        }
        if let total = progress.total, total > progress.completed, rate > 0 {
            let left = ", \(clock(Double(total - progress.completed) / rate)) left"
            // A time without its last word reads as another.
            if text.count + left.count <= width { text += left }
        }
        return String(text.prefix(max(0, width)))
    }

    private func bar(_ share: Double) -> String {
        let done = Int(share * Double(Self.barWidth))
        let tip = done < Self.barWidth ? ">" : ""
        let rest = String(repeating: " ", count: Self.barWidth - done - tip.count)
        return "[\(String(repeating: "=", count: done))\(tip)\(rest)]"
    }

    private func padded(_ percent: Int) -> String {
        let digits = String(percent)
        return String(repeating: " ", count: 3 - digits.count) + digits
    }

    /// A number in groups of three digits, as people read it.
    private func grouped(_ number: UInt64) -> String {
        var digits = String(number)
        var groups: [String] = []
        while digits.count > 3 {
            groups.append(String(digits.suffix(3)))
            digits.removeLast(3)
        }
        groups.append(digits)
        return groups.reversed().joined(separator: " ")
    }

    /// A duration as minutes and seconds, or hours, minutes and seconds.
    private func clock(_ seconds: Double) -> String {
        let whole = UInt64(min(seconds.rounded(.up), 359_999))
        let tail = "\(twoDigits(whole / 60 % 60)):\(twoDigits(whole % 60))"
        return whole >= 3600 ? "\(whole / 3600):\(tail)" : "\(whole / 60):\(twoDigits(whole % 60))"
    }

    private func twoDigits(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
