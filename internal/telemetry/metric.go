package telemetry

// Metric is something that is counted, in events of the function and operation
// that stand beside it. What AWS measures by itself (durations, invocations,
// queue lengths) is not counted again. docs/operations.md says what each tells
// who operates the system.
type Metric string

// The metrics, all in numbers of what their names say.
const (
	Requests     Metric = "Requests"     // HTTP requests answered, the next four among them
	ClientErrors Metric = "ClientErrors" // 4xx
	ServerErrors Metric = "ServerErrors" // 5xx
	RateLimited  Metric = "RateLimited"  // 429, among the 4xx
	Replayed     Metric = "Replayed"     // sent again under an Idempotency-Key, and answered as before

	DeliveriesAccepted Metric = "DeliveriesAccepted" // became facts, or were known
	DeliveriesIgnored  Metric = "DeliveriesIgnored"  // about what we don't keep
	DeliveriesKept     Metric = "DeliveriesKept"     // a person has to look at them
	DeliveriesRefused  Metric = "DeliveriesRefused"  // signed wrongly, or by nobody we know

	MessagesHandled  Metric = "MessagesHandled"  // messages, batches of a stream, ticks: done
	MessagesRetried  Metric = "MessagesRetried"  // failed, and come back
	MessagesDropped  Metric = "MessagesDropped"  // about what is gone
	MessagesPoisoned Metric = "MessagesPoisoned" // not to be understood: on their way to the dead letters
	KeysUnreadable   Metric = "KeysUnreadable"   // keys of a stream that went to the dead letters

	DecisionsChanged Metric = "DecisionsChanged" // an answer about a customer is another than before
	WarningsOpened   Metric = "WarningsOpened"
	WarningsClosed   Metric = "WarningsClosed" // by a purchase, not by a person
	CustomersDue     Metric = "CustomersDue"   // woken by the nightly review, or because a new policy is in force
	CustomersTried   Metric = "CustomersTried" // judged by a draft, and nothing written

	ConditionsFailed Metric = "ConditionsFailed" // of segments, that could not be answered for a customer
)

// Metrics are all there are.
func Metrics() []Metric {
	return []Metric{
		Requests, ClientErrors, ServerErrors, RateLimited, Replayed,
		DeliveriesAccepted, DeliveriesIgnored, DeliveriesKept, DeliveriesRefused,
		MessagesHandled, MessagesRetried, MessagesDropped, MessagesPoisoned, KeysUnreadable,
		DecisionsChanged, WarningsOpened, WarningsClosed, CustomersDue, CustomersTried, ConditionsFailed,
	}
}

// namespace is where CloudWatch files our metrics.
const namespace = "guanxi"

// emf and its parts are the embedded metric format's own names:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type emf struct {
	Timestamp         int64 // milliseconds
	CloudWatchMetrics []directive
}

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []definition
}

type definition struct{ Name, Unit string }

// directives say which members of a line are metrics.
func directives(metrics []Metric) []directive {
	d := directive{Namespace: namespace, Dimensions: [][]string{{"function", "operation"}}}
	for _, m := range metrics {
		d.Metrics = append(d.Metrics, definition{string(m), "Count"})
	}
	return []directive{d}
}
