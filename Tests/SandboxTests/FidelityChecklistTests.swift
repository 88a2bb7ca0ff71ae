import Foundation
import Testing

/// Which test shows which behaviour of the real Salesforce.
///
/// What the emulated org must do for a client's tests to be worth anything; a behaviour without a test is only a claim.
@Suite struct FidelityChecklistTests {
    private static let checklist: [(behaviour: String, tests: [String])] = [
        ("token only on My Domain", ["SalesforceFidelityTests.clientCredentialsAreGoodOnMyDomainAlone"]),
        ("issued_at is text, no expires_in", ["SalesforceSessionTests.tokenIsAnsweredAsDocumented"]),
        (
            "tokens end at random, 401 with an array",
            ["SalesforceFidelityTests.sessionsEndAtRandomAndTheSameSeedEndsTheSameOnes"]
        ),
        ("401 for ever", ["SalesforceSessionTests.sessionsCanBeRefusedForEver"]),
        ("upsert 201, then 200 with created", ["SalesforceUpsertTests.upsertCreatesThenUpdates"]),
        ("upsert 300 with addresses", ["SalesforceUpsertTests.severalMatchesAreAnswered300WithTheirAddresses"]),
        ("upsert 404 for a hidden key", ["SalesforceFidelityTests.hiddenKeyIsNotFound"]),
        ("400 for the key in the body", ["SalesforceUpsertTests.keyAndIDAreRefusedInTheBody"]),
        (
            "keys with and without regard to case",
            [
                "SalesforceUpsertTests.keysDifferByCaseAndAreDecodedFromThePath",
                "SalesforceFidelityTests.keysOfACaseInsensitiveFieldAreOne",
            ]
        ),
        ("collections of at most 200", ["SalesforceBatchTests.collectionsTake200Records"]),
        (
            "statusCode, a key twice, partial failure in a 200",
            ["SalesforceBatchTests.eachRecordOfACollectionHasItsOwnResult"]
        ),
        ("composites of at most 25, 5 of them queries", ["SalesforceBatchTests.compositeHasItsLimits"]),
        (
            "converted Lead: error, or a dead record",
            [
                "SalesforceOrgRuleTests.convertedLeadRefusesEveryWrite",
                "SalesforceOrgRuleTests.convertedLeadCanBeADeadRecordInstead",
            ]
        ),
        (
            "conversion into an existing Contact drops the opt-out",
            ["SalesforceConversionTests.conversionIntoAnExistingContactDropsTheOptOut"]
        ),
        ("HasOptedOutOfEmail hidden", ["SalesforceOrgRuleTests.hiddenFieldIsAsGoodAsMissing"]),
        (
            "STRING_TOO_LONG by the described length",
            ["SalesforceFidelityTests.everyTextIsRefusedBeyondItsDescribedLength"]
        ),
        ("state picklist", ["SalesforceOrgRuleTests.picklistsAndStatesRefuseOnlyWhereTheOrgRestrictsThem"]),
        (
            "duplicate rule: body and header",
            [
                "SalesforceOrgRuleTests.duplicateRuleNamesTheRecordsAndCanBePassedOver",
                "SalesforceFidelityTests.ruleThatBlocksIsNotPassedOver",
                "SalesforceFidelityTests.duplicateRuleHitsSingleRowsOfABatchUnlessTheHeaderAllows",
            ]
        ),
        (
            "campaign members once, statuses by campaign",
            ["SalesforceConversionTests.campaignMembersAreOnceInACampaign"]
        ),
        (
            "assignment rule moves the owner on any write without the header",
            [
                "SalesforceOrgRuleTests.assignmentRuleMovesTheOwnerUnlessTheHeaderSaysNot",
                "SalesforceFidelityTests.assignmentRuleMovesOwnersInBatchesAndCompositesToo",
            ]
        ),
        ("Sforce-Limit-Info counts", ["SalesforceSessionTests.requestsAreCountedAndTheDaysLimitIsFinal"]),
        ("403 with either message", ["SalesforceFidelityTests.bothLimitsShareACodeAndDifferInTheirWords"]),
        (
            "UNABLE_TO_LOCK_ROW",
            ["SalesforceFidelityTests.lockedRowIsNamedByItsOwnCode", "SalesforceBatchTests.lockedRowsHitSingleRecords"]
        ),
        ("503 as HTML", ["FaultTests.faultHitsAsManyRequestsAsWereAskedForAndOnlyThose"]),
        ("write done, answer lost", ["FaultTests.lostAnswerLeavesTheWorkDone"]),
        ("slow answer", ["SalesforceFidelityTests.slowAnswerIsWorkDoneAtOnce"]),
        ("more than 16 KB: 414, 431", ["SalesforceSessionTests.overlongAddressesAreRefused"]),
        ("pages by nextRecordsUrl", ["SalesforceQueryTests.longResultsComeInPages"]),
        ("410 for an old version", ["SalesforceSessionTests.retiredAndUnknownVersionsAreRefused"]),
    ]

    @Test func everyBehaviourHasItsTests() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        for (behaviour, tests) in Self.checklist {
            #expect(!tests.isEmpty, "\(behaviour)")
            for test in tests {
                let parts = test.split(separator: ".")
                let file = folder.appending(path: "\(parts[0]).swift")
                let text = try String(contentsOf: file, encoding: .utf8)
                #expect(text.contains("func \(parts[1])("), "\(behaviour): \(test)")
            }
        }
    }
}
