import Model

/// GetResponse's callback: everything in parameters, ids in upper case, no time and no id of its own.
struct ParameterShape {
    let parameters: Parameters

    var draft: EventDraft {
        EventDraft(
            name: parameters["action"],
            payload: EventPayload(
                contact: ContactDetails(
                    contactID: parameters["contact_id"],
                    email: parameters["contact_email"],
                    name: parameters["contact_name"],
                    listID: parameters["campaign_id"],
                    listName: parameters["campaign_name"],
                    origin: parameters["contact_origin"]
                ),
                message: message,
                link: link,
                reason: parameters["reason"]
            ),
            evidence: .object(parameters.values.mapValues(JSONValue.string))
        )
    }

    private var message: EventPayload.Message? {
        let message = EventPayload.Message(
            id: parameters["message_id"],
            name: parameters["message_name"],
            subject: parameters["message_subject"]
        )
        return message == EventPayload.Message() ? nil : message
    }

    private var link: EventPayload.Link? {
        let link = EventPayload.Link(
            id: parameters["link_id"],
            name: parameters["link_name"],
            url: parameters["link_url"]
        )
        return link == EventPayload.Link() ? nil : link
    }
}
