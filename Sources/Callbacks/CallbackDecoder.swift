import Foundation
package import Model

/// Turns a delivery of any known shape into events.
///
/// The shapes are the guide's JSON (`action` and `contact`), GetResponse's callback (all in the query, or in a form), its
/// webhook (`type`, `contact`, `event`; an object or an array) and Zapier's flat body. They are told apart by what they
/// hold, since no header does so reliably.
package struct CallbackDecoder: Sendable {
    package init() {}

    /// Decodes everything in `callback`.
    ///
    /// It never throws and never answers with nothing: what can't be read becomes an event with action `unknown` and the
    /// reason in `failure`. In an array only the element that can't be read fails.
    package func decode(_ callback: RawCallback) -> [DecodedEvent] {
        drafts(of: callback).enumerated().map { position, draft in
            draft.event(at: position, webhookID: callback.webhookID?.cleaned)
        }
    }

    private func drafts(of callback: RawCallback) -> [EventDraft] {
        let query = Parameters(encoded: callback.query ?? "")
        guard !callback.isMalformed else {
            return [.failed("The delivery is malformed: it was answered with 400.", evidence: evidence(of: callback))]
        }
        guard let body = callback.body, !body.isEmpty else {
            return [draft(of: query, source: callback.source)]
        }
        let json = JSONReader.value(of: body)
        if callback.isForm, json?.isContainer != true {
            return [draft(of: query.filled(from: Parameters(encoded: body)), source: callback.source)]
        }
        if let json {
            // A POST that says everything in its query may carry `{}` or `[]` for a body.
            if json.isEmpty, query.namesEvent { return [draft(of: query, source: callback.source)] }
            return JSONShape(source: callback.source, webhookType: callback.webhookType?.cleaned).drafts(of: json)
        }
        // Senders that forget the content type of a form.
        let parameters = query.filled(from: Parameters(encoded: body))
        guard parameters.namesEvent else {
            return [.failed("The body is neither JSON nor a form.", evidence: evidence(of: callback))]
        }
        return [draft(of: parameters, source: callback.source)]
    }

    private func draft(of parameters: Parameters, source: Source) -> EventDraft {
        if source == .zapier, let draft = ZapierShape(parameters: parameters)?.draft { return draft }
        return ParameterShape(parameters: parameters).draft
    }

    private func evidence(of callback: RawCallback) -> JSONValue {
        .array([.string(callback.query ?? ""), .string(String(decoding: callback.body ?? Data(), as: UTF8.self))])
    }
}

extension RawCallback {
    fileprivate var isForm: Bool {
        contentType?.lowercased().contains("x-www-form-urlencoded") ?? false
    }
}
