import Model
import Salesforce
import Sandbox
import TestSupport
import Testing
import Time

@Suite(.timeLimit(.minutes(1))) struct DescribeCacheTests {
    @Test func lengthsPermissionsAndKeysAreKnown() async throws {
        try await withSandbox { org in
            let cache = DescribeCache(client: org.client)
            let lead = try await cache.description(of: .lead)
            #expect(lead.isCreatable && lead.isUpdatable)
            #expect(lead.field("title")?.length == 128)
            let converted = try #require(lead.field("IsConverted"))
            #expect(!converted.isUpdatable)
            let key = try #require(lead.field("GetResponse_Contact_ID__c"))
            #expect(key.isExternalID && key.isUnique && key.isCaseSensitive)
            org.salesforce.hideField("Lead", "Title")
            #expect(try await cache.description(of: .lead).field("Title") != nil, "it is kept")
            await cache.forget(.lead)
            #expect(try await cache.description(of: .lead).field("Title") == nil)
            #expect(org.salesforce.requestCount == 2)
        }
    }

    @Test func answerIsGoodForADay() async throws {
        let time = ManualTimeSource()
        try await withSandbox(time: time) { org in
            let cache = DescribeCache(client: org.client)
            _ = try await cache.description(of: .lead)
            time.advance(by: .seconds(86_399))
            _ = try await cache.description(of: .lead)
            #expect(org.salesforce.requestCount == 1)
            time.advance(by: .seconds(1))
            _ = try await cache.description(of: .lead)
            #expect(org.salesforce.requestCount == 2)
        }
    }

    @Test func whatIsKnownStaysGoodWhileSalesforceFailsButNotWhenItRefuses() async throws {
        let time = ManualTimeSource()
        try await withSandbox(time: time) { org in
            let cache = DescribeCache(client: org.client)
            let known = try await cache.description(of: .lead)
            time.advance(by: .seconds(86_400))
            org.salesforce.faults.inject(.serviceUnavailable)
            #expect(try await cache.description(of: .lead) == known)
            org.salesforce.faults.inject(
                .respond(status: 404, body: faults("NOT_FOUND"), contentType: "application/json")
            )
            await #expect(throws: SalesforceError.self) { try await cache.description(of: .lead) }
            #expect(await cache.known(.lead) == known)
            #expect(await cache.known(.task) == nil)
        }
    }

    @Test func whoWaitsForTheSameObjectWaitsForOneRequest() async throws {
        try await withSandbox { org in
            let cache = DescribeCache(client: org.client)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { _ = try await cache.description(of: .contact) } }
                try await group.waitForAll()
            }
            #expect(org.salesforce.requestCount == 1)
        }
    }

    @Test func versionsNeedNoLogin() async throws {
        try await withSandbox { org in
            let versions = try await org.client.versions()
            #expect(versions.first?.name == "v31.0" && versions.last?.number == 68)
            #expect(org.salesforce.requests.all.map(\.path) == ["/services/data"])
        }
    }
}
