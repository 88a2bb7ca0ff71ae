import Model
import Salesforce
import Testing

@Suite struct FaultClassifierTests {
    @Test(arguments: [
        ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", ErrorClass.quota),
        ("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.", .throttled),
        ("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.", .throttled),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LeadTrigger: execution: UNABLE_TO_LOCK_ROW", .transient),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LeadTrigger: Too many SOQL queries: 101", .transient),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LeadTrigger: System.NullPointerException", .data),
        // A trigger's callout can carry this text; it says nothing about our session.
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "callout: INVALID_SESSION_ID", .data),
        ("DUPLICATE_VALUE", "duplicate value found: X__c duplicates value on record with id: 00Q", .transient),
        ("DUPLICATE_VALUE", "Already a campaign member.", .data),
        ("INVALID_FIELD", "No such column 'X' on sobject of type Lead", .configuration),
        ("INVALID_FIELD", "The X__c field should not be specified in the sobject data.", .data),
        ("NOT_FOUND", "Provided external ID field does not exist or is not accessible: X__c", .configuration),
        ("NOT_FOUND", "The requested resource does not exist", .data),
        ("UNABLE_TO_LOCK_ROW", "", .transient),
        ("SERVER_UNAVAILABLE", "", .transient),
        ("QUERY_TIMEOUT", "", .transient),
        ("UNKNOWN_EXCEPTION", "", .transient),
        ("INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", "", .throttled),
        ("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", .data),
        ("STRING_TOO_LONG", "", .data),
        ("FIELD_INTEGRITY_EXCEPTION", "", .data),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "", .data),
        ("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", .data),
        ("DUPLICATES_DETECTED", "", .data),
        ("INVALID_FIELD_FOR_INSERT_UPDATE", "", .configuration),
        ("INVALID_TYPE", "", .configuration),
        ("API_DISABLED_FOR_ORG", "", .configuration),
        ("INSUFFICIENT_ACCESS_OR_READONLY", "", .configuration),
        ("STORAGE_LIMIT_EXCEEDED", "", .configuration),
        ("A_CODE_OF_NEXT_YEAR", "", .transient),
    ])
    func codeHasItsClass(code: String, message: String, errorClass: ErrorClass) {
        #expect(FaultClassifier.errorClass(of: APIFault(code: code, message: message)) == errorClass)
    }

    @Test func leastCurableFaultCounts() {
        let faults = ["UNABLE_TO_LOCK_ROW", "STRING_TOO_LONG", "INVALID_TYPE"].map { APIFault(code: $0) }
        #expect(FaultClassifier.errorClass(status: 400, faults: faults) == .configuration)
        #expect(FaultClassifier.errorClass(status: 400, faults: Array(faults.prefix(2))) == .data)
    }

    @Test(arguments: [
        (429, "REQUEST_LIMIT_EXCEEDED", "Slow down.", ErrorClass.throttled),
        (429, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", .quota),
        (429, "A_CODE_OF_NEXT_YEAR", "", .throttled),
        (403, "REQUEST_LIMIT_EXCEEDED", "Something new.", .quota),
    ])
    func tooManyRequestsAreTheDaysLimitOnlyWhereItSaysSo(
        status: Int,
        code: String,
        message: String,
        errorClass: ErrorClass
    ) {
        let fault = APIFault(code: code, message: message)
        #expect(FaultClassifier.errorClass(status: status, faults: [fault]) == errorClass)
    }

    @Test(arguments: [
        (400, ErrorClass.data), (403, .configuration), (404, .data), (414, .data), (420, .throttled), (429, .throttled),
        (408, .transient), (500, .transient),
    ])
    func statusDecidesWithoutFaults(status: Int, errorClass: ErrorClass) {
        #expect(FaultClassifier.errorClass(status: status, faults: []) == errorClass)
    }

    @Test(arguments: [
        ("INVALID_FIELD", "No such column 'HasOptedOutOfEmail' on entity 'Lead'. If you are …", "HasOptedOutOfEmail"),
        ("INVALID_FIELD", "\nSELECT Id, Foo__c FROM Lead\nERROR: No such column 'Foo__c' on entity 'Lead'", "Foo__c"),
        (
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: HasOptedOutOfEmail, Fax. Please check the security settings …",
            "HasOptedOutOfEmail"
        ),
        ("NOT_FOUND", "Provided external ID field does not exist or is not accessible: Foo__c", "Foo__c"),
        ("NOT_FOUND", "The requested resource does not exist", nil),
        ("INVALID_FIELD", "something else", nil),
        ("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", nil),
    ])
    func missingFieldIsNamed(code: String, message: String, field: String?) {
        let error = SalesforceError.faults(status: 400, [APIFault(code: code, message: message)], retryAfter: nil)
        #expect(error.missingField == field)
    }

    @Test func waitFollowsFromTheReason() {
        func wait(_ code: String, _ message: String = "", told: Duration? = nil) -> Duration? {
            SalesforceError.faults(status: 403, [APIFault(code: code, message: message)], retryAfter: told).retryAfter
        }
        #expect(wait("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.") == .seconds(600))
        #expect(wait("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded.") == .seconds(15))
        #expect(wait("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", told: .seconds(7)) == .seconds(7))
        #expect(wait("ENTITY_IS_LOCKED") == .seconds(900))
        #expect(wait("INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE") == .seconds(300))
        #expect(wait("UNABLE_TO_LOCK_ROW") == nil)
    }

    @Test func sentencesHoldNoAddress() {
        let fault = APIFault(code: "INVALID_EMAIL_ADDRESS", message: "Email: invalid email address: jane@@example.com")
        let error = SalesforceError.faults(status: 400, [fault], retryAfter: nil)
        #expect(
            error.description
                == "Salesforce refuses the request: INVALID_EMAIL_ADDRESS: Email: invalid email address: [address]."
        )
    }
}
