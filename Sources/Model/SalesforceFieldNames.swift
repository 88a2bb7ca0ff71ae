/// The API names of the custom fields, which an org may have chosen otherwise (`salesforce.fields.…`).
package struct SalesforceFieldNames: Hashable, Sendable {
    /// Lead: external id (Text 50, unique, case-sensitive) holding GetResponse's contact id.
    package var contactID = "GetResponse_Contact_ID__c"
    /// Lead: the list (campaign) id.
    package var listID = "GetResponse_List_ID__c"
    /// Lead: tags, Text Area 255.
    package var tags = "GetResponse_Tags__c"
    /// Lead: DateTime of the subscription.
    package var subscriptionDate = "GetResponse_Subscription_Date__c"
    /// Lead: DateTime of the last open.
    package var lastEmailOpened = "GetResponse_Last_Email_Opened__c"
    /// Lead, optional: DateTime of the last unsubscribe.
    package var lastUnsubscribeDate = "Last_Unsubscribe_Date__c"
    /// Lead, optional: Number, the score.
    package var score = "GetResponse_Score__c"
    /// Activity, optional: external id (Text, unique) of a Task.
    package var eventKey = "GetResponse_Event_Key__c"

    package init() {}
}
