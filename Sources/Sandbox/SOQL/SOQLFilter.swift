/// Turns what follows WHERE into a test of one record.
struct SOQLFilter {
    typealias Test = (SalesforceRow) -> Bool

    let executor: SOQLExecutor
    let object: ObjectDescription

    /// Checks every name and every value's type, then builds the test.
    ///
    /// - Throws: INVALID_FIELD where a field is not there, can't be compared or is compared with another type.
    func compile(_ condition: SOQLCondition) throws(SOQLError) -> Test {
        switch condition {
        case .and(let parts):
            let tests = try parts.map { part throws(SOQLError) in try compile(part) }
            return { row in tests.allSatisfy { $0(row) } }
        case .or(let parts):
            let tests = try parts.map { part throws(SOQLError) in try compile(part) }
            return { row in tests.contains { $0(row) } }
        case .not(let part):
            let test = try compile(part)
            return { row in !test(row) }
        case .comparison(let path, let comparison, let literal):
            let column = try filterable(path)
            let operand = try operand(literal, path, column.field, comparison)
            return { row in operand.accepts(executor.value(row, column), comparison) }
        case .among(let path, let literals, let isNegated):
            let column = try filterable(path)
            let operands = try literals.map { literal throws(SOQLError) in
                try operand(literal, path, column.field, .equal)
            }
            return { row in
                let value = executor.value(row, column)
                return operands.contains { $0.accepts(value, .equal) } != isNegated
            }
        }
    }

    private func filterable(_ path: SOQLPath) throws(SOQLError) -> SOQLColumn {
        let column = try executor.column(path, object)
        guard column.field.isFilterable else {
            throw SOQLError(
                code: "INVALID_FIELD",
                reason: "field '\(column.field.name)' can not be filtered in a query call",
                position: path.position
            )
        }
        return column
    }

    private func operand(
        _ literal: SOQLLiteral,
        _ path: SOQLPath,
        _ field: FieldDescription,
        _ comparison: SOQLOperator
    ) throws(SOQLError) -> SOQLOperand {
        switch (field.type, literal.value) {
        case (_, .null): return .null
        case (_, .string("")) where field.type.isText: return .null
        case (_, .string(let text)) where field.type.isText:
            return .text(text, isCaseSensitive: field.isCaseSensitive)
        case (_, .pattern(let pattern)) where field.type.isText: return .pattern(pattern)
        case (.id, .string(let text)), (.reference, .string(let text)):
            guard let id = RecordID.extended(text) else {
                throw SOQLError(
                    code: "INVALID_QUERY_FILTER_OPERATOR",
                    reason: "invalid ID field: \(text)",
                    position: path.position
                )
            }
            guard comparison == .equal || comparison == .notEqual else { throw invalidOperator(field, path) }
            return .text(id, isCaseSensitive: true)
        case (.boolean, .bool(let value)):
            guard comparison == .equal || comparison == .notEqual else { throw invalidOperator(field, path) }
            return .bool(value)
        case (_, .number(let value)) where field.type.isNumber: return .number(value)
        case (.date, .date(let text)): return .time(CivilTime.date(text) ?? 0, CivilTime.date(text) ?? 0)
        case (.datetime, .dateTime(let time)): return .time(time, time)
        case (.date, .days(let from, let until)), (.datetime, .days(let from, let until)):
            let day: Int64 = 86_400_000
            let today = executor.now / day * day
            return .time(today - Int64(from) * day, today - Int64(until) * day - 1)
        case (_, .pattern): throw invalidOperator(field, path)
        default: throw mismatch(field, path)
        }
    }

    private func invalidOperator(_ field: FieldDescription, _ path: SOQLPath) -> SOQLError {
        SOQLError(
            code: "INVALID_FIELD",
            reason: "invalid operator on \(field.type.rawValue) field",
            position: path.position
        )
    }

    private func mismatch(_ field: FieldDescription, _ path: SOQLPath) -> SOQLError {
        let type = field.type.isText ? "string" : field.type == .datetime ? "dateTime" : field.type.rawValue
        let quotes = field.type.isText || field.type == .id || field.type == .reference ? "should" : "should not"
        return SOQLError(
            code: "INVALID_FIELD",
            reason:
                "value of filter criterion for field '\(path.text)' must be of type \(type) and \(quotes) be enclosed"
                + " in quotes",
            position: path.position
        )
    }
}

/// What a field is compared with, of a type that fits the field.
enum SOQLOperand {
    case null
    case text(String, isCaseSensitive: Bool)
    case pattern(LikePattern)
    case bool(Bool)
    case number(Double)
    /// From and through, in milliseconds; alike for a point in time.
    case time(Int64, Int64)

    /// Whether a stored value stands in this relation to the operand; an empty field differs from everything, and is
    /// neither less nor greater than anything.
    func accepts(_ value: JSON, _ comparison: SOQLOperator) -> Bool {
        switch self {
        case .null: return comparison == .notEqual ? !value.isNull : comparison == .equal && value.isNull
        case .pattern(let pattern): return value.string.map(pattern.matches) ?? false
        case .bool(let wanted): return (value.bool == wanted) == (comparison == .equal)
        case .number(let wanted): return compare(value.double, wanted, wanted, comparison)
        case .text(let wanted, let isCaseSensitive):
            let text = isCaseSensitive ? value.string : value.string?.lowercased()
            let other = isCaseSensitive ? wanted : wanted.lowercased()
            return compare(text, other, other, comparison)
        case .time(let from, let through):
            let time = value.string.flatMap { CivilTime.dateTime($0) ?? CivilTime.date($0) }
            return compare(time, from, through, comparison)
        }
    }

    private func compare<Value: Comparable>(
        _ value: Value?,
        _ from: Value,
        _ through: Value,
        _ comparison: SOQLOperator
    ) -> Bool {
        guard let value else { return comparison == .notEqual }
        return switch comparison {
        case .equal: from <= value && value <= through
        case .notEqual: value < from || through < value
        case .less: value < from
        case .lessOrEqual: value <= through
        case .greater: value > through
        case .greaterOrEqual: value >= from
        case .like: false
        }
    }
}
