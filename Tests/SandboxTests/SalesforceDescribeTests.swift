import Testing

@testable import Sandbox

@Suite struct SalesforceDescribeTests {
    @Test func fieldIsDescribedWithTheMembersOfARealOne() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let answer = try await client.salesforce("GET", "/v59.0/sobjects/Lead/describe")
            let fields = answer.json["fields"]?.array ?? []
            let source = try #require(fields.first { $0["name"] == "LeadSource" })
            #expect(source.members?.map(\.name) == Self.recordedMembers)
            #expect(source["length"] == 255 && source["byteLength"] == 765 && source["restrictedPicklist"] == false)
            #expect(source["picklistValues"]?[0]?["value"] == "Web")
            let key = try #require(fields.first { $0["name"] == "GetResponse_Contact_ID__c" })
            #expect(key["externalId"] == true && key["unique"] == true && key["caseSensitive"] == true)
            let converted = try #require(fields.first { $0["name"] == "IsConverted" })
            #expect(converted["createable"] == true && converted["updateable"] == false)
            #expect(answer.json["keyPrefix"] == "00Q" && answer.json["name"] == "Lead")
        }
    }

    @Test func everyObjectIsListed() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let answer = try await client.salesforce("GET", "/v59.0/sobjects/")
            let names = answer.json["sobjects"]?.array?.compactMap { $0["name"]?.string } ?? []
            for name in ["Account", "Campaign", "CampaignMember", "Contact", "Lead", "Task"] {
                #expect(names.contains(name))
            }
        }
    }

    /// The members of a field in a recorded describe of Lead (CumulusCI, 2024).
    private static let recordedMembers = [
        "aggregatable", "aiPredictionField", "autoNumber", "byteLength", "calculated", "calculatedFormula",
        "cascadeDelete", "caseSensitive", "compoundFieldName", "controllerName", "createable", "custom", "defaultValue",
        "defaultValueFormula", "defaultedOnCreate", "dependentPicklist", "deprecatedAndHidden", "digits",
        "displayLocationInDecimal", "encrypted", "externalId", "extraTypeInfo", "filterable", "filteredLookupInfo",
        "formulaTreatNullNumberAsZero", "groupable", "highScaleNumber", "htmlFormatted", "idLookup", "inlineHelpText",
        "label", "length", "mask", "maskType", "name", "nameField", "namePointing", "nillable", "permissionable",
        "picklistValues", "polymorphicForeignKey", "precision", "queryByDistance", "referenceTargetField",
        "referenceTo", "relationshipName", "relationshipOrder", "restrictedDelete", "restrictedPicklist", "scale",
        "searchPrefilterable", "soapType", "sortable", "type", "unique", "updateable", "writeRequiresMasterRead",
    ]
}
