/// A lane over sizes, as a small SVG picture with a background of its own.
///
/// Sizes stand side by side, as they were chosen; values are on a linear axis that begins at 0, so that growth looks as
/// steep as it is.
package struct GrowthPlot {
    private static let (width, height) = (480.0, 288.0)
    /// The edges of the area that lines are drawn in.
    private static let (left, right, top, bottom) = (84.0, 440.0, 68.0, 232.0)
    private static let (ownColor, floorColor) = ("#0a58ca", "#8fa3b8")
    private static let (textColor, mutedColor, gridColor) = ("#1b2733", "#5b6876", "#e6eaee")
    /// The least distance between a value's text and its point or the next line.
    private static let textHeight = 13.0

    private let curve: GrowthCurve
    private let scale: ValueScale
    private let hasFloor: Bool
    private var lines: [String] = []

    /// The picture.
    package static func svg(_ curve: GrowthCurve) -> String {
        var plot = GrowthPlot(curve)
        plot.draw()
        return plot.lines.joined(separator: "\n") + "\n"
    }

    private init(_ curve: GrowthCurve) {
        self.curve = curve
        hasFloor = curve.points.contains { $0.floor != nil }
        scale = ValueScale(fitting: curve.points.map { max($0.value, $0.floor ?? 0) }.max() ?? 1)
    }

    private mutating func draw() {
        lines.append(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Self.text(Self.width)) \(Self.text(Self.height))\" "
                + "font-family=\"system-ui, Helvetica, Arial, sans-serif\" font-size=\"11\">"
        )
        lines.append("<title>\(curve.lane): \(curve.unit) over \(curve.axis)</title>")
        lines.append("<desc>\(curve.description)</desc>")
        lines.append("<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#fff\"/>")
        write(curve.lane, 20, 27, Self.textColor, "font-size=\"14\" font-weight=\"600\"")
        write(curve.unit, 20, 46, Self.mutedColor)
        if hasFloor { drawLegend() }
        drawGrid()
        if hasFloor { drawLine(Self.floorColor, "1.5", radius: "2") { $0.floor } }
        drawLine(Self.ownColor, "2.5", radius: "3.5") { $0.value }
        for (place, point) in curve.points.enumerated() { drawTexts(place, point) }
        write(
            curve.axis,
            (Self.left + Self.right) / 2,
            Self.bottom + 40,
            Self.mutedColor,
            "text-anchor=\"middle\""
        )
        lines.append("</svg>")
    }

    private mutating func drawLegend() {
        for (name, color, width, x) in [
            ("Holdfast", Self.ownColor, "2.5", 318.0), ("floor", Self.floorColor, "1.5", 402.0),
        ] {
            lines.append(
                "<path d=\"M\(Self.text(x)) 42h18\" stroke=\"\(color)\" stroke-width=\"\(width)\" stroke-linecap=\"round\"/>"
            )
            write(name, x + 23, 46, Self.mutedColor)
        }
    }

    private mutating func drawGrid() {
        for tick in scale.ticks {
            let y = Self.text(height(of: tick))
            let color = tick == 0 ? Self.floorColor : Self.gridColor
            lines.append(
                "<path d=\"M\(Self.text(Self.left - 16)) \(y)H\(Self.text(Self.right + 16))\" stroke=\"\(color)\"/>"
            )
            write(
                ResultTable.short(tick),
                Self.left - 22,
                height(of: tick) + 4,
                Self.mutedColor,
                "text-anchor=\"end\""
            )
        }
    }

    /// A line through the values that are there, with a dot at each.
    private mutating func drawLine(
        _ color: String,
        _ width: String,
        radius: String,
        _ value: (GrowthPoint) -> Double?
    ) {
        let places = curve.points.enumerated().compactMap { place, point in
            value(point).map { (x: Self.text(across(place)), y: Self.text(height(of: $0))) }
        }
        let path = places.enumerated().map { "\($0 == 0 ? "M" : "L")\($1.x) \($1.y)" }.joined()
        lines.append(
            "<path d=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"\(width)\" stroke-linejoin=\"round\"/>"
        )
        for place in places {
            lines.append(
                "<circle cx=\"\(place.x)\" cy=\"\(place.y)\" r=\"\(radius)\" fill=\"\(color)\" stroke=\"#fff\"/>"
            )
        }
    }

    /// The size below its place, and the value beside its point, on the side where the floor is not.
    private mutating func drawTexts(_ place: Int, _ point: GrowthPoint) {
        let x = across(place)
        write(ResultTable.count(point.size), x, Self.bottom + 18, Self.textColor, "text-anchor=\"middle\"")
        let y = height(of: point.value)
        let isFloorAbove = point.floor.map { $0 > point.value } ?? false
        let isRoomBelow = Self.bottom - y > 1.5 * Self.textHeight
        let textY = isFloorAbove && isRoomBelow ? y + Self.textHeight + 5 : y - 9
        // A line of the floor or of the grid that goes through the text is covered.
        let text = ResultTable.number(point.value)
        let attributes = "text-anchor=\"middle\" font-weight=\"600\""
        write(text, x, textY, "#fff", attributes + " stroke=\"#fff\" stroke-width=\"3\" stroke-linejoin=\"round\"")
        write(text, x, textY, Self.ownColor, attributes)
    }

    private func across(_ place: Int) -> Double {
        let last = max(1, curve.points.count - 1)
        return Self.left + 8 + Double(place) * (Self.right - Self.left - 8) / Double(last)
    }

    private func height(of value: Double) -> Double {
        Self.bottom - value / scale.top * (Self.bottom - Self.top)
    }

    private mutating func write(_ content: String, _ x: Double, _ y: Double, _ color: String, _ attributes: String = "")
    {
        let rest = attributes.isEmpty ? "" : " " + attributes
        lines.append("<text x=\"\(Self.text(x))\" y=\"\(Self.text(y))\" fill=\"\(color)\"\(rest)>\(content)</text>")
    }

    /// A coordinate, to a tenth.
    private static func text(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
    }
}
