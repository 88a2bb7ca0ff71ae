package import Model

/// One of the requests that a composite carries.
package enum CompositeOperation: Hashable, Sendable {
    /// A SOQL query; every value in it comes from `SOQL.literal`. One of the five.
    case query(String)
    /// The single upsert by external id.
    case upsert(
        SalesforceObject,
        externalID: String,
        value: String,
        fields: [String: FieldValue],
        options: WriteOptions = WriteOptions()
    )
    /// The single update by id.
    case update(SalesforceObject, id: String, fields: [String: FieldValue], options: WriteOptions = WriteOptions())
    /// The single create.
    case create(SalesforceObject, fields: [String: FieldValue], options: WriteOptions = WriteOptions())
    /// The upsert of up to 200 rows. One of the five.
    case upsertRows(
        SalesforceObject,
        externalID: String,
        rows: [UpsertRow],
        options: WriteOptions = WriteOptions()
    )
    /// The update of up to 200 rows. One of the five.
    case updateRows(SalesforceObject, rows: [UpdateRow], options: WriteOptions = WriteOptions())
    /// The create of up to 200 rows. One of the five.
    case createRows(SalesforceObject, rows: [[String: FieldValue]], options: WriteOptions = WriteOptions())

    /// Whether it counts against the five queries and collections that a composite may hold.
    package var isHeavy: Bool {
        switch self {
        case .query, .upsertRows, .updateRows, .createRows: true
        case .upsert, .update, .create: false
        }
    }

    /// Whether it changes anything.
    var isWrite: Bool { if case .query = self { false } else { true } }

    /// Whether sending it again is harmless.
    var isRepeatable: Bool {
        switch self {
        case .create, .createRows: false
        default: true
        }
    }

    /// The rows of a collection.
    var collection: CollectionRequest? {
        switch self {
        case .upsertRows(let object, let field, let rows, _):
            CollectionRequest(upserting: object, externalID: field, rows: rows)
        case .updateRows(let object, let rows, _): CollectionRequest(updating: object, rows: rows)
        case .createRows(let object, let rows, _): CollectionRequest(creating: object, rows: rows)
        default: nil
        }
    }
}

/// What one of them was answered.
package enum CompositeAnswer: Hashable, Sendable {
    /// All rows of a query; further pages were fetched, each of which is an API call of its own.
    case rows([SalesforceRow])
    /// What a single write did.
    case write(WriteResult)
    /// What became of each row of a collection.
    case batch([RowResult])
}
