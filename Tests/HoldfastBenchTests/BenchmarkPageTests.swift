import HoldfastBench
import TestSupport
import Testing

/// The page shows what a run makes, and nothing is left of lanes that there were once.
@Suite("docs/benchmarks.md")
struct BenchmarkPageTests {
    private static let shown = Lanes.all.filter { $0.growth.axis != nil }.map(\.name)

    @Test func itShowsEveryPictureOnce() throws {
        let page = try FileTree.package.text(of: "docs/benchmarks.md")
        let links = page.matches(of: #/\((plots\/[^)]+)\)/#).map { "(\($0.output.1))" }
        #expect(links.sorted() == Self.shown.map { GrowthGallery.link(to: $0, in: "plots") }.sorted())
    }

    @Test func itSaysWhyALaneHasNone() throws {
        let page = try FileTree.package.text(of: "docs/benchmarks.md")
        let reasons = Lanes.all.compactMap { $0.growth.reason(of: $0) }
        #expect(!reasons.isEmpty && reasons.filter { !page.contains($0) } == [])
    }

    @Test func thePicturesAreThoseOfTheLanes() throws {
        #expect(try FileTree.package.names(in: "docs/plots") == Self.shown.map(GrowthCurve.fileName).sorted())
        for lane in Self.shown {
            let picture = try FileTree.package.text(of: "docs/plots/\(GrowthCurve.fileName(of: lane))")
            #expect(picture.contains(">\(lane)</text>"), "\(lane)")
        }
    }
}
