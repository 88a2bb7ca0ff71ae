import Foundation
import Model
import Testing

@testable import GetResponse

@Suite struct ContactDecodingTests {
    private func details(_ json: String) throws -> ContactDetails {
        ContactDetails(contact: try #require(JSONValue(bytes: Data(json.utf8))))
    }

    @Test func realContactIsReadWhole() throws {
        let details = try details(
            """
            { "contactId": "pV3r", "href": "https://api.getresponse.com/v3/contacts/pV3r", "name": "Jane Doe",
              "email": "jane@example.com", "note": null, "origin": "www", "dayOfCycle": "42",
              "createdOn": "2026-03-02T07:30:49+0000", "scoring": 8,
              "campaign": { "campaignId": "p86zQ", "name": "q2_nurture", "href": "https://…" },
              "geolocation": { "latitude": "54.35", "dmaCode": null },
              "tags": [ { "tagId": "hR", "name": "super_promo", "href": "…", "color": "" }, { "tagId": "x", "name": "b" } ],
              "customFieldValues": [
                { "customFieldId": "4klkN", "name": "company", "value": ["Acme"], "values": ["Acme"], "type": "text" } ] }
            """
        )
        #expect(
            details
                == ContactDetails(
                    contactID: "pV3r",
                    email: "jane@example.com",
                    name: "Jane Doe",
                    listID: "p86zQ",
                    listName: "q2_nurture",
                    createdOn: Timestamp(text: "2026-03-02T07:30:49Z"),
                    origin: "www",
                    tags: ["super_promo", "b"],
                    customFields: ["company": ["Acme"]]
                )
        )
    }

    @Test func guidesCustomFieldsAreReadToo() throws {
        let details = try details(
            #"{"customFields": [{"customFieldId": "cf2", "name": "job_title", "value": ["VP of Engineering"]}]}"#
        )
        #expect(details.customFields == ["job_title": ["VP of Engineering"]])
    }

    @Test(arguments: [
        (#""value": ["a", "b"]"#, ["a", "b"]),
        (#""values": ["a"]"#, ["a"]),
        (#""value": "a""#, ["a"]),
        (#""value": 8, "values": []"#, ["8"]),
        (#""value": [1.5, null, true]"#, ["1.5", "true"]),
        (#""value": ["old"], "values": ["new"]"#, ["new"]),
        (#""value": null"#, []),
        (#""value": []"#, []),
        (#""type": "text""#, []),
    ])
    func customFieldValueIsReadInAnyForm(member: String, values: [String]) throws {
        let details = try details(#"{"customFieldValues": [{"customFieldId": "x", "name": "f", \#(member)}]}"#)
        #expect(details.customFields == ["f": values])
    }

    @Test func customFieldWithoutANameIsKnownByItsID() throws {
        let details = try details(
            #"{"customFieldValues": [{"customFieldId": "x1", "values": ["v"]}, {"values": ["w"]}]}"#
        )
        #expect(details.customFields == ["x1": ["v"]])
    }

    @Test func nullsAndAbsentMembersStayNil() throws {
        let nulls = """
            {"contactId": null, "email": null, "name": null, "campaign": null, "createdOn": null, "origin": null,
             "tags": null, "customFieldValues": null}
            """
        #expect(try details(nulls) == ContactDetails())
        #expect(try details("{}") == ContactDetails())
    }

    @Test func emptyArraysStandForEmptyObjectsAndLists() throws {
        let details = try details(#"{"campaign": [], "tags": [], "customFieldValues": []}"#)
        #expect(details == ContactDetails(tags: [], customFields: [:]))
    }

    @Test(arguments: [
        "2026-04-21T09:15:00Z", "2026-04-21T09:15:00+0000", "2026-04-21T11:15:00+02:00", "2026-04-21T09:15:00.000+0000",
    ])
    func creationIsReadWithAnyOffset(text: String) throws {
        let details = try details(#"{"createdOn": "\#(text)"}"#)
        #expect(details.createdOn == Timestamp(milliseconds: FixedTime.wall))
    }
}
