import Testing
import Worker

@testable import leadrelay

@Suite("What only tests of the request budget may set")
struct BudgetTestSeamTests {
    private let loopback = "LEADRELAY_GETRESPONSE_BASE_URL"

    @Test func windowIsShortenedAgainstLoopbackWithAllThatIsAddedToIt() throws {
        let loaded = try settings(environment: [loopback: "http://127.0.0.1:1/v3", "LEADRELAY_BUDGET_WINDOW": "20s"])
        #expect(loaded.requestBudget.window == .seconds(20))
        #expect(loaded.requestBudget.requestTimeout == .seconds(1))
        #expect(loaded.requestBudget.length == .seconds(23))
    }

    @Test func realServiceIsNeverAskedUnderAnotherWindow() {
        let found = problems(environment: ["LEADRELAY_BUDGET_WINDOW": "20s"])
        #expect(found.count == 1)
        #expect(found.first?.contains("loopback only") == true)
    }

    @Test(arguments: ["soon", "0s", "2h"])
    func windowMustBeADurationUpToAnHour(text: String) {
        let environment = [loopback: "http://127.0.0.1:1/v3", "LEADRELAY_BUDGET_WINDOW": text]
        #expect(problems(environment: environment).first?.contains("must be a duration") == true)
    }

    @Test func nobodyElseHasAShortWindow() throws {
        #expect(try settings().requestBudget == RequestBudget(cap: 400))
        #expect(try settings(environment: ["LEADRELAY_GETRESPONSE_PLAN": "max"]).requestBudget.cap == 5000)
    }

    @Test func moreAtATimeThanInASecondIsAConflict() {
        let found = problems(file: "getresponse.inFlight: 40\ngetresponse.perSecond: 40")
        #expect(found.count == 1)
        #expect(found.first?.contains("getresponse.inFlight is 40") == true)
    }
}
