import Sandbox

extension Deployment {
    /// Subscribes that lack custom fields and tags, so that each needs a request.
    func subscribe(_ numbers: Range<Int>) async throws {
        for number in numbers {
            _ = sandbox.getResponse.addContact(GetResponseContact(id: "c\(number)", email: "p\(number)@acme.example"))
            try await get(
                "action=subscribe&CAMPAIGN_ID=p86zQ&CONTACT_ID=c\(number)&contact_email=p\(number)%40acme.example"
            )
        }
    }

    /// When GetResponse was asked, by the sandbox's clock.
    var arrivals: [Int64] {
        sandbox.getResponse.requests.all.map(\.time).sorted()
    }

    func isOptedOut(_ contactID: String) -> Bool {
        sandbox.salesforce.rows("Lead").contains {
            $0["GetResponse_Contact_ID__c"].string == contactID && $0["HasOptedOutOfEmail"].bool == true
        }
    }
}
