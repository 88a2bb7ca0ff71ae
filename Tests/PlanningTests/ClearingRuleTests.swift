import Model
import Testing

@testable import Planning

/// Whose opt-out it is that a record has.
@Suite("Taking an opt-out back")
struct ClearingRuleTests {
    private func version(_ number: Int) -> RecordVersion { RecordVersion(text: "\(number)") }

    private func optOut(_ before: Int?, _ after: Int?, had: Bool? = false, isConfirmed: Bool = true) -> OwnWrite {
        OwnWrite(
            kind: .optOutLead,
            isConfirmed: isConfirmed,
            hadOptedOut: had,
            before: before.map(version),
            after: after.map(version)
        )
    }

    private func update(_ before: Int?, _ after: Int?, _ kind: EffectKind = .leadUpdate) -> OwnWrite {
        OwnWrite(kind: kind, isConfirmed: true, before: before.map(version), after: after.map(version))
    }

    private func mayClear(_ current: Int?, _ writes: [OwnWrite]) -> Bool {
        let answers = [writes, writes.reversed()].map {
            ClearingRule.mayClear(current: current.map(version), writes: $0)
        }
        #expect(answers[0] == answers[1], "the order of the rows says nothing")
        return answers[0]
    }

    @Test func flagThatOnlyWeSetIsOurs() {
        #expect(mayClear(2, [optOut(nil, 2)]))
        #expect(mayClear(2, [optOut(1, 2), update(1, 2, .optOutDetails)]))
        #expect(mayClear(4, [optOut(1, 2), update(2, 3), update(3, 4)]))
        #expect(mayClear(2, [optOut(1, 2), optOut(2, 2, had: true)]), "told twice within a second")
    }

    @Test func flagThatSomebodyElseSetStays() {
        #expect(!mayClear(2, []))
        #expect(!mayClear(2, [optOut(1, 2, had: true)]))
        #expect(!mayClear(2, [optOut(1, 2, had: nil)]))
        #expect(!mayClear(2, [update(1, 2)]))
    }

    @Test func changeByAnybodyElseSinceKeepsIt() {
        #expect(!mayClear(nil, [optOut(1, 2)]))
        #expect(!mayClear(3, [optOut(1, 2)]))
        #expect(!mayClear(5, [optOut(1, 2), update(4, 5)]), "somebody came between the two")
        #expect(!mayClear(5, [optOut(1, 2), update(nil, 5)]))
        #expect(!mayClear(2, [optOut(1, 2), update(nil, 2)]), "somebody came between the two, within a second")
        #expect(!mayClear(3, [optOut(1, nil), update(2, 3)]), "it is not known how ours was left")
        #expect(!mayClear(3, [optOut(1, 2), update(2, 3), update(1, 3)]), "two that found it otherwise")
    }

    @Test func whatWasTakenBackBeforeIsNotOurs() {
        #expect(!mayClear(3, [optOut(1, 2), update(2, 3, .optInLead)]))
        #expect(mayClear(4, [optOut(1, 2), update(2, 3, .optInLead), optOut(3, 4)]))
        #expect(!mayClear(2, [optOut(1, 2, isConfirmed: false)]))
    }

    @Test func circleEnds() {
        #expect(!mayClear(1, [update(2, 1), update(1, 2)]))
    }
}
