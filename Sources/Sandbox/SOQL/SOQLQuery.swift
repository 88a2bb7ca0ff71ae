/// A query as it was understood, before its names are looked up.
package struct SOQLQuery: Hashable, Sendable {
    /// What is asked for.
    package enum Selection: Hashable, Sendable {
        case fields([SOQLPath])
        /// `COUNT()`.
        case count
    }

    /// One key of the order.
    package struct Order: Hashable, Sendable {
        package var path: SOQLPath
        package var isAscending = true
        package var nullsLast = false
    }

    package var selection: Selection
    package var object: SOQLPath
    package var condition: SOQLCondition?
    package var order: [Order] = []
    package var limit: Int?
    package var offset: Int?
}

/// A field, possibly of a parent (`ConvertedContact.Email`), and where it stands.
package struct SOQLPath: Hashable, Sendable {
    package var parts: [String]
    package var position: Int

    /// The path as it was written.
    package var text: String { parts.joined(separator: ".") }
}

/// What follows WHERE.
package indirect enum SOQLCondition: Hashable, Sendable {
    case and([SOQLCondition])
    case or([SOQLCondition])
    case not(SOQLCondition)
    case comparison(SOQLPath, SOQLOperator, SOQLLiteral)
    case among(SOQLPath, [SOQLLiteral], isNegated: Bool)
}

/// How a field is compared.
package enum SOQLOperator: String, Hashable, Sendable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case greater = ">"
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case like
}

/// A value in a query and where it stands.
package struct SOQLLiteral: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case null
        case bool(Bool)
        case number(Double)
        /// Quoted, escapes resolved.
        case string(String)
        /// The pattern of LIKE.
        case pattern(LikePattern)
        /// `2026-04-21`.
        case date(String)
        /// Milliseconds since 1970 UTC.
        case dateTime(Int64)
        /// A span such as TODAY or LAST_N_DAYS:7, by the days before today at its beginning and behind its end.
        case days(from: Int, until: Int)
    }

    package var value: Value
    package var position: Int
}

extension SOQLLiteral.Value {
    /// Reads what is written without quotes and begins with a digit or sign: a number, a date or a time.
    init?(number text: String) {
        if text.allSatisfy({ $0.isNumber || "+-.eE".contains($0) }), let number = Double(text) {
            self = .number(number)
        } else if CivilTime.date(text) != nil {
            self = .date(text)
        } else if let time = CivilTime.dateTime(text) {
            self = .dateTime(time)
        } else {
            return nil
        }
    }
}
