import Model
import Testing

@testable import Planning

@Suite struct Targets {
    private let own: FieldValue = "xyz789abc"
    private let fields = SalesforceFieldNames()

    private func choose(
        leads: [SalesforceRecord] = [],
        contacts: [SalesforceRecord] = [],
        contactID: String? = "xyz789abc"
    ) -> TargetRule.Choice {
        var contact = ContactDetails.jane
        contact.contactID = contactID
        let input = PlanningInput.subscribe(contact, records: SalesforceRecords(leads: leads, contacts: contacts))
        return TargetRule.choose(
            contactID: contactID,
            records: PersonRecords(input, fields: fields),
            fields: fields
        )
    }

    private func converted(_ id: String, to contactID: FieldValue, own: Bool) -> SalesforceRecord {
        .lead(
            id,
            [
                "IsConverted": true, "ConvertedContactId": contactID,
                "GetResponse_Contact_ID__c": own ? self.own : "other",
            ]
        )
    }

    @Test func nobodyIsKnown() {
        #expect(choose() == TargetRule.Choice(target: .nobody, reason: nil, canCreate: true))
    }

    @Test func ownLeadGoesBeforeAllElse() {
        let own = SalesforceRecord.lead("00Q2", ["GetResponse_Contact_ID__c": own])
        let choice = choose(
            leads: [.lead("00Q1", ["Email": "jane.doe@acme.example"]), own, converted("00Q3", to: "0031", own: false)],
            contacts: [.contact("0031")]
        )
        #expect(choice == TargetRule.Choice(target: .ownLead(own, isOnly: true), reason: nil, canCreate: true))
    }

    @Test func conversionOfTheOwnLeadGoesBeforeOtherLeads() {
        let contact = SalesforceRecord.contact("0032")
        let choice = choose(
            leads: [.lead("00Q1"), converted("00Q2", to: "0032", own: true)],
            contacts: [.contact("0031"), contact]
        )
        #expect(choice.target == .convertedContact(PersonRecords.Contact(id: "0032", record: contact)))
        #expect(!choice.canCreate)
        #expect(choice.reason != nil)
    }

    @Test func conversionIsNotFollowedToAContactThatWasNotFound() {
        let choice = choose(leads: [converted("00Q2", to: "0039", own: true)])
        #expect(choice.target == .nobody && !choice.canCreate)
        #expect(choice.reason == "The Lead 00Q2 is converted and its Contact is gone or hidden.")
        let other = SalesforceRecord.contact("0031")
        let found = choose(leads: [converted("00Q2", to: "0039", own: true)], contacts: [other])
        #expect(found.target == .contact(PersonRecords.Contact(id: "0031", record: other)))
    }

    @Test func otherLeadIsAdoptedBeforeAContact() {
        let other = SalesforceRecord.lead("00Q1", ["GetResponse_Contact_ID__c": "other"])
        #expect(choose(leads: [other], contacts: [.contact()]).target == .adoptedLead(other))
        #expect(choose(leads: [other], contactID: nil).target == .adoptedLead(other))
    }

    @Test func contactIsFoundByAddressOrByConversionOfAnotherLead() {
        let contact = SalesforceRecord.contact("0031")
        #expect(choose(contacts: [contact]).target == .contact(PersonRecords.Contact(id: "0031", record: contact)))
        #expect(
            choose(leads: [converted("00Q1", to: "0031", own: false)], contacts: [contact]).target
                == .contact(PersonRecords.Contact(id: "0031", record: contact))
        )
    }

    @Test func convertedLeadWithoutAContactBlocksCreation() {
        let choice = choose(leads: [converted("00Q1", to: .null, own: true)])
        #expect(choice.target == .nobody)
        #expect(!choice.canCreate)
        #expect(choice.reason?.contains("00Q1") == true)
        #expect(choose(leads: [converted("00Q1", to: .null, own: false)]).canCreate)
    }

    @Test func lowestIDOfSeveralIsTakenAndSaid() {
        let leads = [SalesforceRecord.lead("00Q3"), .lead("00Q1"), .lead("00Q2")]
        for order in [leads, leads.reversed()] {
            let choice = choose(leads: order)
            #expect(choice.lead?.id == "00Q1")
            #expect(choice.reason?.contains("00Q1") == true)
        }
        let twins = leads.map { SalesforceRecord.lead($0.id, ["GetResponse_Contact_ID__c": own]) }
        #expect(
            choose(leads: twins).target == .ownLead(.lead("00Q1", ["GetResponse_Contact_ID__c": own]), isOnly: false)
        )
    }

    @Test func idThatDiffersByCaseAloneIsSomebodyElse() {
        let stranger = SalesforceRecord.lead(
            "00Q1",
            ["GetResponse_Contact_ID__c": "XYZ789ABC", "Email": "eve@x.example"]
        )
        #expect(choose(leads: [stranger]).target == .nobody)
        let same = SalesforceRecord.lead(
            "00Q1",
            ["GetResponse_Contact_ID__c": "XYZ789ABC", "Email": "Jane.Doe@Acme.example"]
        )
        #expect(choose(leads: [same]).target == .adoptedLead(same))
        let lost = SalesforceRecord.lead(
            "00Q1",
            [
                "GetResponse_Contact_ID__c": "XYZ789ABC", "Email": "eve@x.example", "IsConverted": true,
                "ConvertedContactId": "0031",
            ]
        )
        #expect(choose(leads: [lost], contacts: [.contact("0031", ["Email": "eve@x.example"])]).target == .nobody)
    }

    @Test func idsOfFifteenAndEighteenCharactersAreOneRecord() {
        let choice = choose(
            leads: [converted("00Q000000000001AAA", to: "003000000000001", own: true)],
            contacts: [.contact("003000000000001AAA")]
        )
        #expect(choice.contact?.record != nil)
    }
}
