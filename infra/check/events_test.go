package check

import (
	"fmt"
	"slices"
	"testing"
)

const (
	hours = 3600.0 // in seconds
	days  = 24 * hours
)

// Every queue that feeds a function has a queue of its own for what the function gives up,
// kept long enough to be looked at and watched by an alarm; nothing else is a queue.
func TestEveryQueueHasItsDeadLetters(t *testing.T) {
	c := translatedCloud(t)
	alarmed := map[string]bool{}
	for _, id := range c.of(t, "AWS::CloudWatch::Alarm") {
		if c[id].at("MetricName") == "ApproximateNumberOfMessagesVisible" && c[id].number("Threshold") == 0 {
			for _, dimension := range list(c[id].at("Dimensions")) {
				alarmed[one(t, id, at(dimension, "Value"))] = true
			}
		}
	}
	lettersOf := map[string]string{}
	for _, id := range c.of(t, "AWS::Lambda::EventSourceMapping") {
		source := one(t, id, c[id].at("EventSourceArn"))
		letters := c[id].at("DestinationConfig", "OnFailure", "Destination")
		if queue := c[source]; queue.Type == "AWS::SQS::Queue" {
			letters = queue.at("RedrivePolicy", "deadLetterTargetArn")
			if letters == nil {
				t.Errorf("%s has no dead-letter queue", source)
				continue
			}
			if n := queue.number("RedrivePolicy", "maxReceiveCount"); n < 5 {
				t.Errorf("%s gives a message up after %v attempts; Lambda asks for 5 at least", source, n)
			}
			if queue.number("MessageRetentionPeriod") != 4*days {
				t.Errorf("%s does not keep messages for 4 days", source)
			}
			lettersOf[source] = "a source"
		}
		target := one(t, id+": its dead letters", letters)
		if other := lettersOf[target]; other != "" {
			t.Errorf("%s takes the dead letters of %s and %s", target, other, source)
		}
		lettersOf[target] = source
		if c[target].number("MessageRetentionPeriod") != 14*days {
			t.Errorf("%s does not keep dead letters for 14 days", target)
		}
		if !alarmed[target] {
			t.Errorf("no alarm rings when %s is not empty", target)
		}
	}
	for _, id := range c.of(t, "AWS::SQS::Queue") {
		if lettersOf[id] == "" {
			t.Errorf("%s feeds nobody and takes nobody's dead letters", id)
		}
		if c[id].at("SqsManagedSseEnabled") != true {
			t.Errorf("%s is not encrypted", id)
		}
	}
}

// The settings that are traps by default.
func TestMappingsSaveWhatFails(t *testing.T) {
	c := translatedCloud(t)
	for _, id := range c.of(t, "AWS::Lambda::EventSourceMapping") {
		m := c[id]
		if !slices.Equal(texts(m.at("FunctionResponseTypes")), []string{"ReportBatchItemFailures"}) {
			t.Errorf("%s: one failure would repeat the whole batch", id)
		}
		source, function := c[one(t, id, m.at("EventSourceArn"))], c[one(t, id, m.at("FunctionName"))]
		if source.Type == "AWS::SQS::Queue" {
			if visible, limit := source.number("VisibilityTimeout"), function.number("Timeout"); visible < 6*limit {
				t.Errorf("%s: visibility %v s is less than 6 × the time-out of %v s", id, visible, limit)
			}
			if n := m.number("ScalingConfig", "MaximumConcurrency"); n < 2 {
				t.Errorf("%s: no MaximumConcurrency; throttled messages would end as dead letters", id)
			}
			continue
		}
		if m.at("BisectBatchOnFunctionError") != true {
			t.Errorf("%s: a poison record would take its batch along", id)
		}
		if age := m.number("MaximumRecordAgeInSeconds"); age < 4*hours || age > 23*hours {
			t.Errorf("%s: records are given up after %v s; a stream keeps them for 24 h", id, age)
		}
		if n := m.number("MaximumRetryAttempts"); n < 1 || n > 10000 {
			t.Errorf("%s: %v retries", id, n)
		}
		if n := m.number("ParallelizationFactor"); n < 1 || n > 10 {
			t.Errorf("%s: ParallelizationFactor %v", id, n)
		}
		if source.at("StreamSpecification", "StreamViewType") != "KEYS_ONLY" {
			t.Errorf("%s: the stream carries more than keys", id)
		}
	}
}

func TestTablesSurvive(t *testing.T) {
	c := translatedCloud(t)
	for _, id := range c.of(t, "AWS::DynamoDB::Table") {
		table := c[id]
		for what, ok := range map[string]bool{
			"point-in-time recovery": table.at("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") == true,
			"encryption":             table.at("SSESpecification", "SSEEnabled") == true,
			"on-demand billing":      table.at("BillingMode") == "PAY_PER_REQUEST",
			"DeletionPolicy":         table.DeletionPolicy == "Retain",
			"UpdateReplacePolicy":    table.UpdateReplacePolicy == "Retain",
			"deletion protection":    table.at("DeletionProtectionEnabled") != nil,
			"tags":                   table.at("Tags") != nil,
		} {
			if !ok {
				t.Errorf("%s lacks %s", id, what)
			}
		}
	}
	for _, id := range c.of(t, "AWS::KMS::Key") {
		if c[id].DeletionPolicy != "Retain" || c[id].at("EnableKeyRotation") != true {
			t.Errorf("%s can be lost or is never rotated", id)
		}
	}
}

// Errors and throttles of every function, the age of every queue, the stream's lag, the API's failures and schedules that
// stand still ring.
func TestAlarmsWatchEverything(t *testing.T) {
	c := translatedCloud(t)
	watched := map[string][]string{} // alarms by what they watch
	for _, id := range c.of(t, "AWS::CloudWatch::Alarm") {
		if c[id].at("AlarmActions", "Fn::If") == nil {
			t.Errorf("%s tells nobody", id)
		}
		if metric, ok := c[id].at("MetricName").(string); ok {
			watched[metric] = append(watched[metric], id)
		}
		for _, query := range list(c[id].at("Metrics")) {
			of, _ := at(query, "Id").(string)
			watched[of] = append(watched[of], id)
			all := c.functions(t)
			expression := at(query, "Expression")
			if of == "age" {
				all = fed(t, c)
			}
			same(t, id, slices.Sorted(slices.Values(names(expression))), all)
			// CloudWatch takes no longer one. A name is the stack's, the resource's and 14 letters more.
			text := fmt.Sprint(at(expression, "Fn::Sub"))
			if n := len(substitution.ReplaceAllString(text, "${1}")) + len(all)*len("guanxi-prod-"+"-0123456789abc"); n > 2048 {
				t.Errorf("%s: the query has some %d characters, more than 2048: it needs a second alarm", id, n)
			}
		}
	}
	for _, metric := range []string{"errors", "throttles", "age", "IteratorAge", "5xx"} {
		if watched[metric] == nil {
			t.Errorf("no alarm on %s", metric)
		}
	}
	var missed []string
	for _, id := range watched["Invocations"] {
		missed = append(missed, one(t, id, at(list(c[id].at("Dimensions"))[0], "Value")))
	}
	same(t, "alarms on schedules that stand still", missed, ticked(t, c))
	for _, id := range c.of(t, "AWS::Logs::LogGroup") {
		if c[id].at("RetentionInDays") == nil {
			t.Errorf("%s is kept for ever", id)
		}
	}
}

// fed are the queues that feed a function.
func fed(t *testing.T, c cloud) (queues []string) {
	t.Helper()
	for _, id := range c.of(t, "AWS::Lambda::EventSourceMapping") {
		if source := one(t, id, c[id].at("EventSourceArn")); c[source].Type == "AWS::SQS::Queue" {
			queues = append(queues, source)
		}
	}
	return queues
}

// rare are invoked less often than an alarm can look back. What they do not renew stays in force.
var rare = []string{"FitModel", "CutQuintiles"}

// ticked are the functions that a schedule invokes at least once a day.
func ticked(t *testing.T, c cloud) (functions []string) {
	t.Helper()
	for _, id := range c.of(t, "AWS::Events::Rule") {
		for _, target := range list(c[id].at("Targets")) {
			if function := one(t, id, at(target, "Arn")); !slices.Contains(rare, function) {
				functions = append(functions, function)
			}
		}
	}
	return functions
}
