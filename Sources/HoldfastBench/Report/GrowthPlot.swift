/// A lane's cost over the size of the store, as a small SVG picture.
package enum GrowthPlot {
    private static let width = 640.0
    private static let height = 320.0
    private static let margin = 56.0

    /// The picture. Sizes stand side by side, as they were chosen; costs are on a linear axis that begins at 0, so
    /// that growth looks as steep as it is.
    package static func svg(_ result: LaneResult) -> String {
        let points = result.growth.sorted { $0.size < $1.size }
        let step = (width - 2 * margin) / Double(max(1, points.count - 1))
        let top = (points.map(\.cost).max() ?? 1) * 1.25
        let places = points.enumerated().map { place, point in
            (x: margin + Double(place) * step, y: height - margin - point.cost / top * (height - 2 * margin))
        }
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(whole(width)) \(whole(height))\" "
                + "font-family=\"sans-serif\" font-size=\"12\">",
            "<title>\(result.lane.name): cost over size</title>",
            "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
            "<text x=\"\(whole(margin))\" y=\"24\" font-size=\"14\">\(result.lane.name), \(result.lane.unit)</text>",
            "<path d=\"M\(whole(margin)) \(whole(height - margin))H\(whole(width - margin))\" stroke=\"#888\"/>",
        ]
        let path = places.enumerated().map { place, point in
            "\(place == 0 ? "M" : "L")\(tenth(point.x)) \(tenth(point.y))"
        }
        lines.append("<path d=\"\(path.joined())\" fill=\"none\" stroke=\"#06c\" stroke-width=\"2\"/>")
        for (point, place) in zip(points, places) {
            lines.append("<circle cx=\"\(tenth(place.x))\" cy=\"\(tenth(place.y))\" r=\"3\" fill=\"#06c\"/>")
            lines.append(text(ResultTable.number(point.cost), place.x, place.y - 10))
            lines.append(text(ResultTable.number(point.size), place.x, height - margin + 20))
        }
        lines.append("</svg>")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ content: String, _ x: Double, _ y: Double) -> String {
        "<text x=\"\(tenth(x))\" y=\"\(tenth(y))\" text-anchor=\"middle\">\(content)</text>"
    }

    private static func whole(_ value: Double) -> Int { Int(value.rounded()) }

    private static func tenth(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
