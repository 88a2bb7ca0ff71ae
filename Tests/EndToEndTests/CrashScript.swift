import Sandbox

/// What is told of one made-up person while processes die: enough for every kind of write.
struct CrashPerson: Sendable {
    /// One callback as GetResponse sends it, again and again until it is acknowledged.
    struct Post: Sendable {
        /// X-Webhook-ID: the same for every try.
        var id: String
        var body: String
    }

    let number: Int

    var email: String { "p\(number)@acme\(number).example" }
    var contactID: String { "c\(number)" }
    /// Whether Salesforce knows the person as a Contact already; then no Lead is made.
    var isContact: Bool { number % 7 == 3 }
    /// Whether the subscribe lacks what must be fetched.
    var isThin: Bool { number % 5 == 1 }
    var optsOut: Bool { number % 3 == 0 }

    /// In the order in which they are sent, each after the one before was acknowledged.
    var posts: [Post] {
        var posts = [subscribe, click("a"), click("b"), tag]
        if optsOut { posts.append(unsubscribe) }
        return posts
    }

    /// Puts the person into both APIs, as far as they know it.
    func settle(in sandbox: Sandbox) throws {
        if isContact {
            try sandbox.salesforce.insert("Contact", ["LastName": "Known", "Email": .string(email)])
        }
        sandbox.getResponse.addContact(
            GetResponseContact(id: contactID, email: email, name: "Ann Lee", customFields: [("job_title", ["CTO"])])
        )
    }

    private var subscribe: Post {
        let rest = isThin ? "" : #","createdOn":"2026-04-21T09:15:00+0000","tags":[],"# + Self.title
        return post("subscribe", #""action":"subscribe","contact":{\#(contact),"name":"Ann Lee"\#(rest)}"#)
    }

    private static let title = #""customFields":[{"customFieldId":"t","name":"job_title","value":["CTO"]}]"#

    /// One click, told under several ids.
    private func click(_ telling: String) -> Post {
        post(
            "click-\(telling)",
            """
            "type":"contact_clicked_message_link","contact":{\(contact)},"message":{"resourceId":"M1","name":"June"},
            "clickTrack":{"clickTrackId":"L1","url":"https://example.com/pricing"}
            """
        )
    }

    private var tag: Post { post("tag", #""action":"tag_applied","tag":"demo_watched","contact":{\#(contact)}"#) }
    private var unsubscribe: Post { post("unsubscribe", #""action":"unsubscribe","contact":{\#(contact)}"#) }

    private var contact: String {
        #""contactId":"\#(contactID)","email":"\#(email)","campaign":{"campaignId":"L1","name":"q2"}"#
    }

    private func post(_ name: String, _ members: String) -> Post {
        Post(id: "\(number)-\(name)", body: "{\(members)}")
    }
}

extension CrashPerson {
    /// What is wrong with the person's end in Salesforce.
    func problems(in sandbox: Sandbox) -> [String] {
        let org = sandbox.salesforce
        let leads = org.rows("Lead").filter { $0["GetResponse_Contact_ID__c"].string == contactID }
        let contacts = org.rows("Contact").filter { $0["Email"].string == email }
        let records = leads + contacts
        let tasks = org.rows("Task").filter { task in records.contains { $0.id == task["WhoId"].string } }
        var problems: [String] = []
        func expect(_ what: String, _ found: Int, _ wanted: Int) {
            if found != wanted { problems.append("\(email): \(found) \(what) instead of \(wanted)") }
        }
        expect("Leads", leads.count, isContact ? 0 : 1)
        expect("Contacts", contacts.count, isContact ? 1 : 0)
        expect("Tasks", tasks.count, 1)
        expect("titles", records.count { $0["Title"].string == "CTO" }, 1)
        expect("opt-outs", records.count { $0["HasOptedOutOfEmail"].bool == true }, optsOut ? 1 : 0)
        expect("hot Leads", leads.count { $0["Rating"].string == "Hot" }, isContact ? 0 : 1)
        expect("Leads with the tag", leads.count { $0["GetResponse_Tags__c"].string == "demo_watched" }, leads.count)
        return problems
    }
}
