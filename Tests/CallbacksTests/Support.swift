import Callbacks
import Foundation
import Model

enum Decoding {
    static func json(_ text: String, source: Source = .getresponse, webhookID: String? = nil) -> [DecodedEvent] {
        CallbackDecoder().decode(
            RawCallback(
                source: source,
                method: "POST",
                contentType: "application/json",
                webhookID: webhookID,
                body: Data(text.utf8)
            )
        )
    }

    static func query(_ text: String, source: Source = .getresponse) -> [DecodedEvent] {
        CallbackDecoder().decode(RawCallback(source: source, method: "GET", query: text))
    }

    static func form(_ text: String, query: String? = nil, source: Source = .getresponse) -> [DecodedEvent] {
        CallbackDecoder().decode(
            RawCallback(
                source: source,
                method: "POST",
                query: query,
                contentType: "application/x-www-form-urlencoded; charset=UTF-8",
                body: Data(text.utf8)
            )
        )
    }
}

enum Bodies {
    /// The guide's Phase 1, with the address that its publisher masked put back.
    static let guideSubscribe = """
        {
        "contact": {
        "contactId": "xyz789abc",
        "email": "jane.doe@acme.example",
        "name": "Jane Doe",
        "campaign": {
        "campaignId": "abc123def",
        "name": "Q2 2026 Nurture List"
        },
        "createdOn": "2026-04-21T09:15:00+0000",
        "tags": [
        { "tagId": "tag001", "name": "webinar_registrant" }
        ],
        "customFields": [
        {
        "customFieldId": "cf001",
        "name": "company",
        "value": ["Acme Corporation"]
        },
        {
        "customFieldId": "cf002",
        "name": "job_title",
        "value": ["VP of Engineering"]
        }
        ]
        },
        "action": "subscribe"
        }
        """

    static func webhook(_ type: String, contactID: String = "abc1", extra: String = "") -> String {
        """
        { "type": "\(type)",
          "contact": { "contactId": "\(contactID)", "email": "Jane@Example.com", "name": null,
            "campaign": { "campaignId": "bcd2", "name": "q2_nurture", "href": "https://api.getresponse.com/v3/campaigns/bcd2" },
            "href": "https://api.getresponse.com/v3/contacts/\(contactID)" },
          "account": { "accountId": "def4" }\(extra),
          "event": { "occurredAt": "2026-04-27T12:56:00+00:00" } }
        """
    }

    static let subscribeQuery = """
        action=subscribe&ACCOUNT_ID=A1&account_login=acme&CAMPAIGN_ID=p86zQ&campaign_name=q2_nurture&CONTACT_ID=pV3r\
        &contact_name=Jane%20Doe&contact_email=jane%40example.com&contact_ip=192.0.2.7&contact_origin=www
        """
}
