package import Model

/// What each of Salesforce's fault codes asks for.
///
/// A table, so that a person can check it against Salesforce's list. Some codes mean different things by their message,
/// and are decided by the rules before it.
package enum FaultClassifier {
    /// The class of one fault; an unknown code is transient, which the worker bounds.
    package static func errorClass(of fault: APIFault) -> ErrorClass {
        byMessage(fault) ?? byCode[fault.code] ?? .transient
    }

    /// The class of an answer with these faults: the least curable one counts.
    ///
    /// Where there is no fault body the status decides; where nothing is known it is transient.
    package static func errorClass(status: Int, faults: [APIFault]) -> ErrorClass {
        // Too much at once, unless it says that the day's allowance is meant.
        if [420, 429].contains(status), !faults.contains(where: \.isUsedUpAllowance) { return .throttled }
        let classes = faults.map(errorClass)
        let leastCurableFirst: [ErrorClass] = [.configuration, .data, .quota, .throttled, .lostAnswer, .transient]
        return leastCurableFirst.first(where: classes.contains) ?? byStatus(status)
    }

    /// The codes of a trigger or flow that failed.
    static let codesOfAutomation: Set<String> = [
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER", "APEX_ERROR",
    ]

    /// The codes of a request that was too much at once.
    static let codesOfSize: Set<String> = [
        "EXCEEDED_ID_LIMIT", "OPERATION_TOO_LARGE", "QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG",
    ]

    private static func byStatus(_ status: Int) -> ErrorClass {
        switch status {
        case 401, 403, 410: .configuration
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
        case _ where codesOfAutomation.contains(fault.code):
            // The user may not create or edit any record of the object.
            if message.contains("entity type cannot be") { return .configuration }
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
        "ALREADY_IN_PROCESS": .transient,
        "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE": .transient,
        "INVALID_QUERY_LOCATOR": .transient,
        "RECORD_IN_USE_BY_WORKFLOW": .transient,
        "TERRITORY_REALIGN_IN_PROGRESS": .transient,
        "TOO_MANY_APEX_REQUESTS": .throttled,
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
        "EMAIL_OPTED_OUT": .data,
        "ENTITY_IS_ARCHIVED": .data,
        "INVALID_CROSS_REFERENCE_TYPE_FOR_FIELD": .data,
        "INVALID_ID_FIELD": .data,
        "INVALID_STATUS": .data,
        "INVALID_TYPE_ON_FIELD_IN_RECORD": .data,
        "TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET": .data,
        // A mistake of ours, which no repetition mends.
        "EXCEEDED_ID_LIMIT": .data,
        "ILLEGAL_QUERY_PARAMETER_VALUE": .data,
        "INVALID_CONTENT_TYPE": .data,
        "INVALID_INPUT": .data,
        "INVALID_OPERATION": .data,
        "INVALID_QUERY_FILTER_OPERATOR": .data,
        "MISSING_ARGUMENT": .data,
        "OPERATION_TOO_LARGE": .data,
        "UNSUPPORTED_MEDIA_TYPE": .data,
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
        "FORBIDDEN": .configuration,
        "INACTIVE_OWNER_OR_USER": .configuration,
        "INVALID_ACCESS_LEVEL": .configuration,
        "INVALID_ASSIGNMENT_RULE": .configuration,
        "INVALID_READ_ONLY_USER_DML": .configuration,
        "LICENSE_LIMIT_EXCEEDED": .configuration,
        "PACKAGE_LICENSE_REQUIRED": .configuration,
        "UNAVAILABLE_RECORDTYPE_EXCEPTION": .configuration,
    ]
}

extension APIFault {
    /// Whether it says in so many words that the org's calls of the last 24 hours are used up.
    fileprivate var isUsedUpAllowance: Bool {
        code == "REQUEST_LIMIT_EXCEEDED" && message.contains("TotalRequests")
    }
}
