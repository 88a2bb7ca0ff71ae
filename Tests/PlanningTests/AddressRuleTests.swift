import Model
import Testing

@testable import Planning

@Suite struct AddressRuleTests {
    @Test(arguments: [
        "Street", "City", "State", "StateCode", "PostalCode", "Country", "CountryCode", "country", "MailingStreet",
        "MailingState", "MailingCountryCode", "OtherCity",
    ])
    func partOfAnAddress(field: String) {
        #expect(AddressRule.isAddress(field))
    }

    @Test(arguments: [
        "Status", "Statement__c", "State__c", "CountryOfBirth", "Mailing", "Email", "Company", "", "BillingX",
    ])
    func notPartOfAnAddress(field: String) {
        #expect(!AddressRule.isAddress(field))
    }

    @Test func addressIsLeftOutWhole() {
        let fields: [String: FieldValue] = [
            "LastName": "Doe", "City": "Delft", "State": "Zuid-Holland", "Country": "NL",
        ]
        #expect(AddressRule.withoutAddress(fields) == ["LastName": "Doe"])
        #expect(AddressRule.withoutAddress(["MailingCity": "Delft"]) == [:])
        #expect(AddressRule.withoutAddress(["LastName": "Doe"]) == nil)
    }
}
