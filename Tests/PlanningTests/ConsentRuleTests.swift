import Model
import TestSupport
import Testing

@testable import Planning

@Suite("Consent")
struct ConsentRuleTests {
    private func joined(
        _ list: String?,
        at seconds: Int64,
        origin: String? = "www",
        source: Source = .getresponse,
        isTimeTold: Bool = true
    ) -> ConsentRecord {
        ConsentRecord(
            isOptOut: false,
            listID: list,
            occurredAt: Timestamp(milliseconds: seconds * 1000),
            source: source,
            origin: origin,
            isTimeTold: isTimeTold
        )
    }

    private func left(_ list: String?, at seconds: Int64, reason: String? = nil) -> ConsentRecord {
        ConsentRecord(
            isOptOut: true,
            listID: list,
            reason: reason,
            occurredAt: Timestamp(milliseconds: seconds * 1000)
        )
    }

    private func rule(_ scope: OptOutScope = .anyList, _ resubscribe: ResubscribePolicy = .keep) -> ConsentRule {
        var policy = SyncPolicy()
        policy.optOutScope = scope
        policy.resubscribe = resubscribe
        return ConsentRule(policy)
    }

    @Test func leavingOneListIsEnoughUnlessTheScopeIsAllLists() {
        let changes = [joined("A", at: 1), joined("B", at: 2), left("A", at: 3)]
        #expect(rule().standing(changes).isOptedOut)
        #expect(!rule(.allLists).standing(changes).isOptedOut)
        #expect(rule(.allLists).standing(changes + [left("B", at: 4)]).isOptedOut)
    }

    @Test("A list that nobody told us of counts as none, and so does a list without a name")
    func unknownListsCountAsNone() {
        #expect(rule(.allLists).standing([left("A", at: 1)]).isOptedOut)
        #expect(rule(.allLists).standing([joined(nil, at: 1), left("A", at: 2)]).isOptedOut)
        #expect(rule(.allLists).standing([joined("A", at: 1), left(nil, at: 2)]).isOptedOut)
    }

    @Test(arguments: ["complaint", "Blacklisted"])
    func complaintsCountForEveryList(reason: String) {
        let changes = [joined("A", at: 1), joined("B", at: 2), left("A", at: 3, reason: reason)]
        let standing = rule(.allLists, .clear).standing(changes + [joined("B", at: 4)])
        #expect(standing.isOptedOut && standing.isForGood)
    }

    @Test("Who once had left everything stays opted out on joining another list")
    func leavingEverythingLasts() {
        let changes = [joined("A", at: 1), left("A", at: 2), joined("B", at: 3)]
        for scope in OptOutScope.allCases { #expect(rule(scope).standing(changes).isOptedOut) }
    }

    @Test("What is told late adds an opt-out and takes none away")
    func lateTellingsErrTowardsTheOptOut() {
        // It was written when A was the only list known: that another was joined before is learnt too late.
        #expect(rule(.allLists).standing([joined("A", at: 2), left("A", at: 3), joined("B", at: 1)]).isOptedOut)
        // When it happened there was no other list, though one was known when it was told.
        #expect(rule(.allLists).standing([joined("A", at: 1), joined("B", at: 5), left("A", at: 3)]).isOptedOut)
    }

    @Test func returnCountsOnlyWhereItIsThePersonsOwnAndLater() {
        let optOut = left("A", at: 10)
        let clear = rule(.anyList, .clear)
        #expect(!clear.standing([optOut, joined("A", at: 11)]).isOptedOut)
        #expect(!clear.standing([optOut, joined("B", at: 11, origin: "Landing_Page")]).isOptedOut)
        #expect(!clear.standing([optOut, joined("B", at: 11, source: .zapier)]).isOptedOut)
        for change in [
            joined("A", at: 10), joined("A", at: 9), joined("A", at: 11, origin: "api"),
            joined("A", at: 11, origin: nil),
            joined("A", at: 11, isTimeTold: false), joined("A", at: 11, source: .backfill),
            joined("A", at: 11, source: .poll), joined("A", at: 11, source: .reconcile),
        ] {
            #expect(clear.standing([optOut, change]).isOptedOut, "\(change)")
            #expect(clear.standing([change, optOut]).isOptedOut, "\(change)")
        }
        #expect(rule().standing([optOut, joined("A", at: 11)]).isOptedOut)
        #expect(clear.standing([optOut, joined("A", at: 11), left("A", at: 12)]).isOptedOut)
    }

    @Test("Of random changes, more of them never take an opt-out away under keep")
    func optOutsLast() {
        for seed in UInt64(1)...200 {
            var random = SeededGenerator(seed: seed)
            let changes = (0..<8).map { _ in
                let list = ["A", "B", nil].randomElement(using: &random) ?? nil
                let time = Int64.random(in: 1...6, using: &random)
                return Bool.random(using: &random)
                    ? left(list, at: time, reason: ["complaint", nil, nil].randomElement(using: &random) ?? nil)
                    : joined(list, at: time)
            }
            for scope in OptOutScope.allCases {
                var wasOptedOut = false
                for count in 1...changes.count {
                    let standing = rule(scope).standing(Array(changes.prefix(count)))
                    #expect(standing.isOptedOut || !wasOptedOut, "seed \(seed), \(scope)")
                    // Leaving every list is leaving any.
                    #expect(!standing.isOptedOut || rule().standing(Array(changes.prefix(count))).isOptedOut)
                    wasOptedOut = standing.isOptedOut
                }
            }
        }
    }

    @Test("Of somebody who is erased the last opt-out is kept, of every list, and a complaint before all")
    func optOutToKeep() {
        let changes = [joined("A", at: 1), left("A", at: 2, reason: "unsubscribe"), joined("B", at: 3)]
        let kept = rule().optOutToKeep(changes)
        #expect(kept == ConsentRecord(isOptOut: true, reason: "unsubscribe", occurredAt: Timestamp(milliseconds: 2000)))
        #expect(rule().optOutToKeep(changes + [left("B", at: 4, reason: "user")])?.occurredAt.milliseconds == 4000)
        let complaint = rule().optOutToKeep([left("A", at: 1, reason: "Complaint"), left("B", at: 5, reason: "user")])
        #expect(complaint?.reason == "Complaint" && complaint?.occurredAt.milliseconds == 5000)
        // Words about somebody are not.
        #expect(rule().optOutToKeep([left("A", at: 1, reason: "ann@x.org asked")])?.reason == nil)
    }

    @Test func ofWhoMayBeMailedNothingIsKept() {
        #expect(rule().optOutToKeep([]) == nil)
        #expect(rule().optOutToKeep([joined("A", at: 1)]) == nil)
        let onOne = [joined("A", at: 1), joined("B", at: 2), left("A", at: 3)]
        #expect(rule(.allLists).optOutToKeep(onOne) == nil)
        #expect(rule(.allLists).optOutToKeep(onOne + [left("B", at: 4)]) != nil)
        let back = [left("A", at: 1), joined("A", at: 2)]
        #expect(rule(.anyList, .clear).optOutToKeep(back) == nil)
        #expect(rule().optOutToKeep(back) != nil)
    }

    @Test("Whoever is opted out stays so by what is kept of them, in either scope and for good")
    func whatIsKeptOptsOutAgain() {
        for seed in UInt64(1)...200 {
            var random = SeededGenerator(seed: seed)
            let changes = (0..<6).map { _ in
                let list = ["A", "B", nil].randomElement(using: &random) ?? nil
                let time = Int64.random(in: 1...6, using: &random)
                return Bool.random(using: &random)
                    ? left(list, at: time, reason: ["complaint", nil].randomElement(using: &random) ?? nil)
                    : joined(list, at: time)
            }
            for scope in OptOutScope.allCases {
                let rule = rule(scope)
                let kept = rule.optOutToKeep(changes)
                #expect((kept != nil) == rule.standing(changes).isOptedOut, "seed \(seed)")
                guard let kept else { continue }
                #expect(rule.standing([kept, joined("A", at: 9)]).isOptedOut, "seed \(seed)")
                #expect(rule.standing([kept]).isForGood == rule.standing(changes).isForGood, "seed \(seed)")
                #expect(rule.optOutToKeep([kept]) == kept, "seed \(seed): erased twice")
            }
        }
    }
}
