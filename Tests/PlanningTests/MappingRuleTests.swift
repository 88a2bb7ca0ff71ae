import Model
import TestSupport
import Testing

@testable import Planning

@Suite struct Companies {
    private func company(_ fields: [String: [String]]?, _ email: String?) -> ParsedCompany {
        CompanyRule.company(of: ContactDetails(customFields: fields), email: email, policy: SyncPolicy())
    }

    @Test func customFieldIsTheCompany() {
        #expect(company(["company": ["Acme"]], "a@b.example") == ParsedCompany(value: "Acme", isFallback: false))
        #expect(company(["company": ["", " \n", " Acme\n Inc. ", "Other"]], nil).value == "Acme Inc.")
        #expect(company(["Company": ["Acme"]], nil) == ParsedCompany(value: "Acme", isFallback: false))
        #expect(company(["Company": ["Other"], "company": ["Acme"]], nil).value == "Acme")
    }

    @Test func domainStandsIn() {
        #expect(company(nil, "Jane@AcmeCorp.COM") == ParsedCompany(value: "acmecorp.com", isFallback: true))
        #expect(company(["company": [""]], "\"a@b\"@c.example").value == "c.example")
        #expect(company([:], nil) == ParsedCompany(value: "Unknown", isFallback: true))
        #expect(company([:], "jane@") == ParsedCompany(value: "Unknown", isFallback: true))
    }

    @Test func longCompanyIsCut() {
        #expect(company(["company": [String(repeating: "é", count: 300)]], nil).value.count == 255)
    }
}

@Suite struct Tags {
    @Test func tagsAreJoined() {
        #expect(TagsRule.text(of: ["a", "b c", " d "]) == "a, b c, d")
        #expect(TagsRule.text(of: ["a", "", "a", "b"]) == "a, b")
        #expect(TagsRule.text(of: []) == nil)
        #expect(TagsRule.text(of: [" "]) == nil)
        #expect(TagsRule.tags(in: "a, b c ,, d") == ["a", "b c", "d"])
        #expect(TagsRule.tags(in: nil) == [])
    }

    @Test func longListEndsAfterAWholeTag() {
        let tags = (0..<100).map { "tag_number_\($0)" }
        let text = TagsRule.text(of: tags) ?? ""
        #expect(text.utf16.count <= 255)
        #expect(text.utf16.count > 240)
        #expect(tags.starts(with: TagsRule.tags(in: text)))
        #expect(TagsRule.text(of: [String(repeating: "x", count: 253), "y"])?.count == 253)
        #expect(TagsRule.text(of: [String(repeating: "x", count: 252), "y"])?.count == 255)
    }

    @Test func singleTagThatIsTooLongIsCutBetweenCharacters() {
        #expect(TagsRule.text(of: [String(repeating: "😀", count: 200)])?.count == 127)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func joinedTagsFitAndReadBack(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let tags = (0..<Int.random(in: 0...40, using: &generator)).map { index in
                String(repeating: generator.pick(["a", "é", "😀"]), count: Int.random(in: 1...20, using: &generator))
                    + "\(index)"
            }
            let text = TagsRule.text(of: tags) ?? ""
            #expect(text.utf16.count <= 255)
            #expect(tags.starts(with: TagsRule.tags(in: text)))
        }
    }
}

@Suite struct Classes {
    @Test(
        arguments: [
            (.unsubscribe, .compliance), (.removed, .compliance), (.tagApplied, .signal), (.subscribe, .lead),
            (.enrich, .lead), (.emailChanged, .lead), (.customFieldChanged, .lead), (.open, .activity),
            (.click, .activity),
            (.unknown, .lead), (Action(rawValue: "survey"), .lead),
        ] as [(Action, Lane)]
    )
    func laneFollowsFromTheAction(action: Action, lane: Lane) {
        #expect(Classification.lane(of: action, source: .getresponse) == lane)
        #expect(Classification.lane(of: action, source: .reconcile) == lane)
        #expect(Classification.lane(of: action, source: .backfill) == (lane == .compliance ? .compliance : .bulk))
    }

    @Test func optOutsAreUnsubscribesAndRemovalsForTheListedReasons() {
        let policy = SyncPolicy()
        #expect(Classification.isOptOut(.unsubscribe, reason: nil, policy: policy))
        #expect(Classification.isOptOut(.unsubscribe, reason: "bounce", policy: policy))
        for reason in ["unsubscribe", "complaint", "blacklisted", "Complaint"] {
            #expect(Classification.isOptOut(.removed, reason: reason, policy: policy))
        }
        for reason in ["bounce", "api", "user", "cleaner", "", nil] {
            #expect(!Classification.isOptOut(.removed, reason: reason, policy: policy))
        }
        for action in [Action.subscribe, .enrich, .open, .unknown] {
            #expect(!Classification.isOptOut(action, reason: "unsubscribe", policy: policy))
        }
    }
}

@Suite struct Policies {
    @Test func versionChangesWithEveryChoice() {
        let changes: [(inout SyncPolicy) -> Void] = [
            { _ in }, { $0.fields.contactID = "X__c" }, { $0.fields.listID = "X__c" }, { $0.fields.tags = "X__c" },
            { $0.fields.subscriptionDate = "X__c" }, { $0.fields.lastEmailOpened = "X__c" },
            { $0.fields.lastUnsubscribeDate = "X__c" }, { $0.fields.score = "X__c" }, { $0.fields.eventKey = "X__c" },
            { $0.existingContact = .ignore }, { $0.existingContact = .alsoLead }, { $0.namePlaceholder = "Unknown" },
            { $0.namePlaceholder = "" }, { $0.unknownLastName = "?" }, { $0.companyField = "firm" },
            { $0.titleField = "title" }, { $0.leadSource = "Web" }, { $0.status = "New" },
            { $0.unsubscribedStatus = "Out" },
            { $0.highIntentTags = [] }, { $0.optOutReasons = [] }, { $0.optOutScope = .allLists },
            { $0.resubscribe = .clear }, { $0.resubscribeOrigins = ["www"] },
            { policy in
                policy.highIntentTags.remove("demo_watched")
                policy.optOutReasons.insert("demo_watched")
            },
        ]
        let versions = changes.map { change in
            var policy = SyncPolicy()
            change(&policy)
            return policy.version
        }
        #expect(Set(versions).count == changes.count)
        #expect(versions.allSatisfy { $0.count == 12 })
        #expect(SyncPolicy().version == SyncPolicy().version)
    }
}
