import Model
import Testing

@testable import Planning

@Suite struct TaskSubjectTests {
    private let noon = Timestamp(text: "2026-04-27T12:56:31Z") ?? Timestamp(milliseconds: 0)

    private func subject(_ what: String, at time: Timestamp) -> (text: String, isShortened: Bool) {
        var fields = FieldSet(.task, OrgFields())
        fields.set("Subject", what, ending: TaskSubject.ending(at: time))
        return (fields.values["Subject"]?.string ?? "", fields.shortened == ["Subject"])
    }

    @Test func timeStandsAtTheEnd() {
        #expect(subject("Email Open: June news", at: noon).text == "Email Open: June news (2026-04-27 12:56 UTC)")
        #expect(!subject("Email Open: June news", at: noon).isShortened)
    }

    @Test(arguments: ["Email Open", "Email Click: a (b) — https://example.com/?q=(1)", "Email Open: 👩‍👩‍👧 news"])
    func timeCanBeTakenAway(what: String) {
        #expect(TaskSubject.withoutTime(subject(what, at: noon).text) == what)
        #expect(TaskSubject.withoutTime(what) == what)
    }

    /// Whatever the time, what is cut away is the same.
    @Test func longNamesAreCutBeforeTheTime() {
        let long = "Email Open: " + String(repeating: "n", count: 400)
        let (text, isShortened) = subject(long, at: noon)
        #expect(text.utf16.count == 255 && text.hasSuffix(" (2026-04-27 12:56 UTC)") && isShortened)
        let later = subject(long, at: noon.advanced(by: .seconds(86_400))).text
        #expect(later != text && TaskSubject.withoutTime(later) == TaskSubject.withoutTime(text))
    }
}
