/// The pictures of a run, as a section in Markdown.
package enum GrowthGallery {
    /// How many pictures stand side by side.
    private static let columnCount = 2

    /// How to read the pictures.
    private static let introduction = """
        Each lane over more of what it works on, or more who work: sizes stand side by side as they were chosen, values are on an axis that
        begins at 0, each the median of five rounds with a fifth of a value's work. The paler line is the floor at the same size.
        """

    /// A table of the pictures in a directory, each with a line of what is seen, and below it the lanes that have none,
    /// with the reason.
    ///
    /// - Parameter directory: where the pictures are, as seen from the page.
    package static func markdown(_ results: [LaneResult], in directory: String) -> String {
        let curves = results.compactMap(\.curve)
        var lines = ["## Growth", "", introduction, ""]
        if !curves.isEmpty {
            lines.append(row(Array(repeating: "", count: columnCount)))
            lines.append(row(Array(repeating: "---", count: columnCount)))
            for start in stride(from: 0, to: curves.count, by: columnCount) {
                let cells = curves[start..<min(start + columnCount, curves.count)].map { cell($0, in: directory) }
                lines.append(row(cells + Array(repeating: "", count: columnCount - cells.count)))
            }
            lines.append("")
        }
        let reasons = results.compactMap { $0.lane.growth.reason(of: $0.lane) }
        if !reasons.isEmpty { lines += ["Lanes without a picture:", ""] + reasons + [""] }
        return lines.dropLast().joined(separator: "\n") + "\n"
    }

    /// Where a picture is, as a page has it.
    package static func link(to lane: String, in directory: String) -> String {
        "(\(directory)/\(GrowthCurve.fileName(of: lane)))"
    }

    private static func cell(_ curve: GrowthCurve, in directory: String) -> String {
        "![\(curve.description)]\(link(to: curve.lane, in: directory))<br>`\(curve.lane)`: \(curve.summary)"
    }

    private static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
}

extension Growth {
    /// The line of a list that says why a lane has no picture; nil where it has one.
    package func reason(of lane: Lane) -> String? {
        guard case .none(let reason) = self else { return nil }
        return "- `\(lane.name)`: \(reason)."
    }
}
