/// Looks a query's names up and runs it over the org's records.
struct SOQLExecutor {
    /// What a query found.
    struct Result {
        var total: Int
        /// Nothing for COUNT().
        var records: [JSON]
    }

    let state: SalesforceState
    let version: String
    let now: Int64
    let includesDeleted: Bool

    private static let largestOffset = 2000

    func run(_ query: SOQLQuery) throws(SOQLError) -> Result {
        guard query.object.parts.count == 1, let object = state.schema[query.object.text] else {
            throw SOQLError(
                code: "INVALID_TYPE",
                reason:
                    "sObject type '\(query.object.text)' is not supported. If you are attempting to use a custom object, be"
                    + " sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the"
                    + " appropriate names.",
                position: query.object.position
            )
        }
        if let offset = query.offset, offset > Self.largestOffset {
            throw SOQLError(
                code: "NUMBER_OUTSIDE_VALID_RANGE",
                reason: "Maximum SOQL offset allowed is 2000",
                position: nil
            )
        }
        var columns: [SOQLColumn] = []
        if case .fields(let paths) = query.selection {
            columns = try paths.map { path throws(SOQLError) in try column(path, object) }
        }
        let order = try query.order.map { key throws(SOQLError) in (column: try column(key.path, object), key: key) }
        let accepts = try query.condition.map { condition throws(SOQLError) in
            try SOQLFilter(executor: self, object: object).compile(condition)
        }
        var rows = candidates(query.condition, object).filter { row in
            (includesDeleted || !row.isDeleted) && (accepts?(row) ?? true)
        }
        for (column, key) in order.reversed() {
            rows = sorted(rows, by: column, key)
        }
        rows = Array(rows.dropFirst(query.offset ?? 0).prefix(query.limit ?? Int.max))
        if query.selection == .count { return Result(total: rows.count, records: []) }
        return Result(total: rows.count, records: rows.map { record($0, columns) })
    }

    /// Finds the field that a path names.
    func column(_ path: SOQLPath, _ object: ObjectDescription) throws(SOQLError) -> SOQLColumn {
        var parts = path.parts
        if parts.count > 1, parts[0].lowercased() == object.name.lowercased(), object.relationship(parts[0]) == nil {
            parts.removeFirst()
        }
        var current = object
        var parents: [FieldDescription] = []
        for part in parts.dropLast() {
            guard let field = current.relationship(part), field.referenceTo.count == 1,
                let parent = state.schema[field.referenceTo[0]]
            else {
                throw SOQLError(
                    code: "INVALID_FIELD",
                    reason:
                        "Didn't understand relationship '\(part)' in field path. If you are attempting to use a custom"
                        + " relationship, be sure to append the '__r' after the custom relationship name. Please reference"
                        + " your WSDL or the describe call for the appropriate names.",
                    position: path.position
                )
            }
            parents.append(field)
            current = parent
        }
        guard let name = parts.last, let field = current.field(name) else {
            throw SOQLError(
                code: "INVALID_FIELD",
                reason:
                    "No such column '\(parts.last ?? "")' on entity '\(current.name)'. If you are attempting to use a custom"
                    + " field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the"
                    + " describe call for the appropriate names.",
                position: path.position
            )
        }
        return SOQLColumn(parents: parents, field: field)
    }

    /// The record that holds a column's field: the row itself or a parent.
    func holder(_ row: SalesforceRow, _ column: SOQLColumn) -> SalesforceRow? {
        var holder = row
        for parent in column.parents {
            guard let id = holder[parent.name].string, let next = state.store[id] else { return nil }
            holder = next
        }
        return holder
    }

    /// The value of a column, null where a parent is missing.
    func value(_ row: SalesforceRow, _ column: SOQLColumn) -> JSON {
        holder(row, column)?[column.field.name] ?? .null
    }

    /// The records worth looking at: those that an index finds where the condition hangs on an indexed field.
    private func candidates(_ condition: SOQLCondition?, _ object: ObjectDescription) -> [SalesforceRow] {
        condition.flatMap { indexed($0, object) } ?? state.store.all(object.name)
    }

    private func indexed(_ condition: SOQLCondition, _ object: ObjectDescription) -> [SalesforceRow]? {
        switch condition {
        case .and(let parts): return parts.lazy.compactMap { indexed($0, object) }.first
        case .or(let parts):
            var found: [String: SalesforceRow] = [:]
            for part in parts {
                guard let rows = indexed(part, object) else { return nil }
                for row in rows { found[row.id] = row }
            }
            // Ids grow with each record: the order of creation, as without an index.
            return found.values.sorted { $0.id < $1.id }
        case .comparison(let path, .equal, let literal): return indexed(path, [literal], object)
        case .among(let path, let literals, isNegated: false): return indexed(path, literals, object)
        default: return nil
        }
    }

    private func indexed(_ path: SOQLPath, _ literals: [SOQLLiteral], _ object: ObjectDescription) -> [SalesforceRow]? {
        guard path.parts.count == 1, let field = object.field(path.text), field.isIndexed || field.type == .id else {
            return nil
        }
        var found: [SalesforceRow] = []
        var seen: Set<String> = []
        for literal in literals {
            guard case .string(let text) = literal.value, !text.isEmpty else { return nil }
            let isID = field.type == .id || field.type == .reference
            let value = isID ? RecordID.extended(text) ?? text : text
            let rows =
                field.type == .id
                ? state.store[value].map { [$0] } ?? [] : state.store.find(object.name, field.name, value)
            for row in rows where row.object == object.name && seen.insert(row.id).inserted { found.append(row) }
        }
        return found
    }

    private func sorted(_ rows: [SalesforceRow], by column: SOQLColumn, _ order: SOQLQuery.Order) -> [SalesforceRow] {
        rows.map { (row: $0, key: value($0, column)) }.sorted { lhs, rhs in
            switch (lhs.key.isNull, rhs.key.isNull) {
            case (true, true): false
            case (true, false): !order.nullsLast
            case (false, true): order.nullsLast
            case (false, false):
                order.isAscending ? lhs.key.precedes(rhs.key) : rhs.key.precedes(lhs.key)
            }
        }.map(\.row)
    }

    private func record(_ row: SalesforceRow, _ columns: [SOQLColumn]) -> JSON {
        var members = [state.attributes(row, version: version)]
        var done: Set<String> = []
        for column in columns {
            guard let parent = column.parents.first else {
                members.append(JSONMember(column.field.name, row[column.field.name]))
                continue
            }
            guard let name = parent.relationshipName, done.insert(name).inserted else { continue }
            let inner = columns.filter { $0.parents.first?.name == parent.name }
                .map { SOQLColumn(parents: Array($0.parents.dropFirst()), field: $0.field) }
            let holder = row[parent.name].string.flatMap { state.store[$0] }
            members.append(JSONMember(name, holder.map { record($0, inner) } ?? .null))
        }
        return .object(members)
    }
}

/// A field of a query and the references that lead to it.
struct SOQLColumn {
    var parents: [FieldDescription]
    var field: FieldDescription
}

extension JSON {
    /// Whether the value sorts before the other: numbers by size, text without regard to case.
    fileprivate func precedes(_ other: JSON) -> Bool {
        if let left = double, let right = other.double { return left < right }
        if let left = bool, let right = other.bool { return !left && right }
        return (string ?? "").lowercased() < (other.string ?? "").lowercased()
    }
}
