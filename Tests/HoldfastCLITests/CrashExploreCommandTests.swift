import Canonical
import HoldfastCLI
import Testing

@Suite("holdfast crash explore")
struct CrashExploreCommandTests {
    @Test func aJournalKeepsItsPromisesAtEveryCrashPoint() throws {
        // The smallest budget: what is tested here is the command, the depth belongs to longer runs.
        let run = CommandRun("crash", "explore", "journal", "--model", "apfs", "--budget", "1", "--json")
        #expect(run.code == .done)
        let json = try run.json()
        #expect(json["model"]?.string == "apfs")
        #expect(json["findings"]?.array?.isEmpty == true)
    }

    @Test func theReportNamesItsMode() {
        let run = CommandRun("crash", "explore", "journal", "--model", "ext4Ordered", "--budget", "1")
        #expect(run.code == .done)
        #expect(run.output.contains("crash exploration under ext4Ordered: "))
        #expect(run.output.contains("no promise broken"))
    }

    @Test func storesAndModelsThatAreNotThereAreUsageErrors() {
        CommandRun("crash", "explore", "locks").expectError(.usage, "journal", "\"locks\"")
        CommandRun("crash", "explore", "journal", "--model", "ntfs").expectError(.usage, "posixMinimal", "\"ntfs\"")
        CommandRun("crash", "explore").expectError(.usage, "STORE")
    }
}
