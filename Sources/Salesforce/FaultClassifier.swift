package import Model

/// What each of Salesforce's fault codes asks for.
///
/// A table, so that a person can check it against Salesforce's list. Three codes mean different things by their message,
/// and are decided by rules below it.
package enum FaultClassifier {
    /// The class of one fault; an unknown code is transient, which the worker bounds.
    package static func errorClass(of fault: APIFault) -> ErrorClass {
        byMessage(fault) ?? byCode[fault.code] ?? .transient
    }

    /// The class of an answer with these faults: the least curable one counts.
    ///
    /// Where there is no fault body the status decides; where nothing is known it is transient.
    package static func errorClass(status: Int, faults: [APIFault]) -> ErrorClass {
        let classes = faults.map(errorClass)
        let leastCurableFirst: [ErrorClass] = [.configuration, .data, .quota, .throttled, .lostAnswer, .transient]
        return leastCurableFirst.first(where: classes.contains) ?? byStatus(status)
    }

    private static func byStatus(_ status: Int) -> ErrorClass {
        switch status {
        case 401, 403, 410: .configuration
        case 420, 429: .throttled
        case 408, 409, 425, 428, 500...: .transient
        case 400..<500: .data
        default: .transient
        }
    }

    private static func byMessage(_ fault: APIFault) -> ErrorClass? {
        let message = fault.message
        switch fault.code {
        case "REQUEST_LIMIT_EXCEEDED":
            // The daily allowance and the limit on concurrent requests share a code.
            return message.contains("Concurrent") ? .throttled : .quota
        case "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY":
            // An Apex trigger or flow failed; a lock or a governor limit in it passes, anything else does not.
            let passing = ["UNABLE_TO_LOCK_ROW", "Too many SOQL queries"]
            return passing.contains(where: message.contains) ? .transient : .data
        case "DUPLICATE_VALUE":
            // A lost race for a unique value is won by trying again, as an update; a member that exists already is not.
            return message.contains("Already a campaign member") ? .data : .transient
        case "INVALID_FIELD":
            // "The X__c field should not be specified in the sobject data" is our mistake, not the org's.
            return message.contains("should not be specified") ? .data : .configuration
        case "NOT_FOUND":
            // The external id field is missing or hidden, which is another matter than a record that is gone.
            return message.contains("external ID field") ? .configuration : .data
        default: return nil
        }
    }

    private static let byCode: [String: ErrorClass] = [
        // Passing trouble.
        "SERVER_UNAVAILABLE": .transient,
        "UNABLE_TO_LOCK_ROW": .transient,
        "QUERY_TIMEOUT": .transient,
        "REQUEST_RUNNING_TOO_LONG": .transient,
        "UNKNOWN_EXCEPTION": .transient,
        "ENTITY_IS_LOCKED": .transient,
        "ALL_OR_NONE_OPERATION_ROLLED_BACK": .transient,
        "PROCESSING_HALTED": .transient,
        "BATCH_PROCESSING_HALTED": .transient,
        // A read-only window lasts for hours: waiting must not use up the event's attempts.
        "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE": .throttled,
        // The values are refused.
        "REQUIRED_FIELD_MISSING": .data,
        "FIELD_CUSTOM_VALIDATION_EXCEPTION": .data,
        "FIELD_INTEGRITY_EXCEPTION": .data,
        "FIELD_FILTER_VALIDATION_EXCEPTION": .data,
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": .data,
        "STRING_TOO_LONG": .data,
        "NUMBER_OUTSIDE_VALID_RANGE": .data,
        "INVALID_EMAIL_ADDRESS": .data,
        "ENTITY_IS_DELETED": .data,
        "INVALID_CROSS_REFERENCE_KEY": .data,
        "MALFORMED_ID": .data,
        "DUPLICATES_DETECTED": .data,
        "DUPLICATE_EXTERNAL_ID": .data,
        "CANNOT_UPDATE_CONVERTED_LEAD": .data,
        "MALFORMED_QUERY": .data,
        "JSON_PARSER_ERROR": .data,
        "METHOD_NOT_ALLOWED": .data,
        // A key, permission, field or the org itself.
        "INVALID_SESSION_ID": .configuration,
        "INVALID_AUTH_HEADER": .configuration,
        "INVALID_HEADER_TYPE": .configuration,
        "INVALID_FIELD_FOR_INSERT_UPDATE": .configuration,
        "INVALID_TYPE": .configuration,
        "INSUFFICIENT_ACCESS": .configuration,
        "INSUFFICIENT_ACCESS_OR_READONLY": .configuration,
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": .configuration,
        "API_DISABLED_FOR_ORG": .configuration,
        "API_CURRENTLY_DISABLED": .configuration,
        "TXN_SECURITY_NO_ACCESS": .configuration,
        "STORAGE_LIMIT_EXCEEDED": .configuration,
        "UNSUPPORTED_API_VERSION": .configuration,
    ]
}
