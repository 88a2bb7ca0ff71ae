/// What Salesforce says of one row: of a collection, or of a single write inside a composite.
struct SavedRow: Decodable, Sendable {
    let id: String?
    let success: Bool
    let created: Bool?
    let errors: [APIFault]?

    /// The result of a row of a collection.
    func result(_ kind: CollectionRequest.Kind) -> RowResult {
        guard success else { return refusal }
        switch kind {
        case .update: return .success(WriteResult(outcome: .updated(id: id), status: 200))
        case .upsert where created != true: return .success(WriteResult(outcome: .updated(id: id), status: 200))
        case .upsert, .create:
            guard let id else { return .failure(.lostAnswer(reason: "a created record without an id")) }
            return .success(WriteResult(outcome: .created(id: id), status: 201))
        }
    }

    /// Several matches are an outcome, as a single upsert's 300 is; everything else is a fault of this row.
    private var refusal: RowResult {
        let faults = errors ?? []
        let ids = faults.filter { $0.code == "DUPLICATE_EXTERNAL_ID" }.flatMap(\.idsInMessage)
        if ids.count > 1 { return .success(WriteResult(outcome: .multipleMatches(ids: ids), status: 300)) }
        return .failure(.faults(status: 200, faults, retryAfter: nil))
    }
}

extension APIFault {
    /// The record ids that stand between brackets in the message, as in "more than one record found … [00Q…, 00Q…]".
    var idsInMessage: [String] {
        guard let open = message.lastIndex(of: "["), let close = message[open...].firstIndex(of: "]") else { return [] }
        let texts = message[message.index(after: open)..<close].split(whereSeparator: { $0 == "," || $0 == " " })
        let isID = { (text: Substring) in
            [15, 18].contains(text.utf8.count)
                && text.utf8.allSatisfy { UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "z") }
        }
        return texts.allSatisfy(isID) ? texts.map(String.init) : []
    }
}
