// Package template reads a SAM template into plain structs: tables, queues, keys, one HTTP API and the functions with
// their event sources, every intrinsic function resolved to what it means on this machine.
//
// It decides what the local cloud honours. supported.go lists each property that is honoured, and each that is known to
// have no effect on one machine (alarms, backups, tags); anything else is an error that names the property's full path, so
// that a template never means one thing here and another in the cloud. All such errors are reported at once.
//
// Field names are CloudFormation's own, so that a reader of the template knows them.
package template

import "time"

// Template is a SAM template, resolved. Resources are sorted by logical id.
type Template struct {
	Root      string // the folder that holds the template; every CodeUri is relative to it
	Tables    []Table
	Queues    []Queue
	Keys      []Key
	Roles     []Role
	API       *API // nil when no function has an HttpApi event
	Functions []Function
}

// Table is an AWS::DynamoDB::Table.
type Table struct {
	LogicalID              string                `json:"-"`
	ARN                    string                `json:"-"`
	TableName              string                `json:"TableName"`
	AttributeDefinitions   []AttributeDefinition `json:"AttributeDefinitions"`
	KeySchema              []KeyPart             `json:"KeySchema"`
	GlobalSecondaryIndexes []Index               `json:"GlobalSecondaryIndexes"`
	StreamSpecification    struct {
		StreamViewType string `json:"StreamViewType"` // "" means no stream
	} `json:"StreamSpecification"`
	TimeToLiveSpecification struct {
		AttributeName string `json:"AttributeName"`
		Enabled       Bool   `json:"Enabled"`
	} `json:"TimeToLiveSpecification"`
}

// AttributeDefinition gives the type (S, N or B) of an attribute that is part of a key.
type AttributeDefinition struct {
	AttributeName string `json:"AttributeName"`
	AttributeType string `json:"AttributeType"`
}

// KeyPart is one attribute of a key; KeyType is HASH or RANGE.
type KeyPart struct {
	AttributeName string `json:"AttributeName"`
	KeyType       string `json:"KeyType"`
}

// Index is a global secondary index.
type Index struct {
	IndexName  string    `json:"IndexName"`
	KeySchema  []KeyPart `json:"KeySchema"`
	Projection struct {
		ProjectionType   string   `json:"ProjectionType"`
		NonKeyAttributes []string `json:"NonKeyAttributes"`
	} `json:"Projection"`
}

// Queue is an AWS::SQS::Queue. Times are seconds, as in the template.
type Queue struct {
	LogicalID                     string `json:"-"`
	ARN                           string `json:"-"`
	URL                           string `json:"-"`
	QueueName                     string `json:"QueueName"`
	VisibilityTimeout             *Int   `json:"VisibilityTimeout"`
	DelaySeconds                  *Int   `json:"DelaySeconds"`
	ReceiveMessageWaitTimeSeconds *Int   `json:"ReceiveMessageWaitTimeSeconds"`
	FifoQueue                     Bool   `json:"FifoQueue"`
	ContentBasedDeduplication     Bool   `json:"ContentBasedDeduplication"`
	RedrivePolicy                 struct {
		DeadLetterTargetARN string `json:"deadLetterTargetArn"` // "" means no dead-letter queue
		MaxReceiveCount     Int    `json:"maxReceiveCount"`
	} `json:"RedrivePolicy"`
}

// Key is an AWS::KMS::Key. ID is stable over restarts: it is derived from the stack's name and the logical id.
type Key struct {
	LogicalID, ID, ARN string
}

// Role is an AWS::IAM::Role with all that its inline policies say, and what each AWS::IAM::Policy that names it adds.
type Role struct {
	LogicalID, ARN, RoleName string
	Statements               []Statement
}

// Statement is one statement of a policy; package iam gives it its meaning.
type Statement struct {
	Path      string                      `json:"-"` // where it stands in the template
	Effect    string                      `json:"Effect"`
	Action    Texts                       `json:"Action"`
	Resource  Texts                       `json:"Resource"`
	Condition map[string]map[string]Texts `json:"Condition"` // values by operator and key
}

// API is the one HTTP API: what an AWS::Serverless::HttpApi says, or SAM's implicit one.
type API struct {
	LogicalID         string     `json:"-"`
	Authorizer        Authorizer `json:"-"` // of every route that doesn't opt out
	CorsConfiguration *CORS      `json:"CorsConfiguration"`
	DefaultRoute      Throttle   `json:"DefaultRouteSettings"`
	// RouteSettings by route key, such as "GET /healthz".
	RouteSettings map[string]Throttle `json:"RouteSettings"`
}

// Authorizer is a JWT authorizer; its issuer isn't here, since the local cloud has an issuer of its own.
type Authorizer struct {
	Name                string
	Audience            []string
	AuthorizationScopes []string
}

// CORS is the HTTP API's CorsConfiguration.
type CORS struct {
	AllowOrigins     []string `json:"AllowOrigins"`
	AllowMethods     []string `json:"AllowMethods"`
	AllowHeaders     []string `json:"AllowHeaders"`
	ExposeHeaders    []string `json:"ExposeHeaders"`
	AllowCredentials Bool     `json:"AllowCredentials"`
	MaxAge           Int      `json:"MaxAge"`
}

// Throttle is a token bucket: requests per second and its size. Zero means no limit.
type Throttle struct {
	ThrottlingRateLimit  Float `json:"ThrottlingRateLimit"`
	ThrottlingBurstLimit Int   `json:"ThrottlingBurstLimit"`
}

// Function is an AWS::Serverless::Function with the event sources that invoke it.
type Function struct {
	LogicalID    string `json:"-"`
	ARN          string `json:"-"`
	Role         string `json:"Role"` // its ARN, see Template.RoleByARN
	FunctionName string `json:"FunctionName"`
	CodeURI      string `json:"CodeUri"`
	Runtime      string `json:"Runtime"`
	Handler      string `json:"Handler"`
	MemorySize   Int    `json:"MemorySize"` // MB; told to the function, not enforced
	Timeout      Int    `json:"Timeout"`    // seconds
	Environment  struct {
		Variables map[string]Text `json:"Variables"`
	} `json:"Environment"`
	ReservedConcurrentExecutions *Int `json:"ReservedConcurrentExecutions"`
	EventInvokeConfig            struct {
		MaximumRetryAttempts *Int `json:"MaximumRetryAttempts"`
	} `json:"EventInvokeConfig"`

	Routes    []Route        `json:"-"`
	Streams   []StreamSource `json:"-"`
	Sources   []QueueSource  `json:"-"`
	Schedules []Schedule     `json:"-"`
}

// Route is an HttpApi event. Method is "ANY" for all; an empty Path is the $default route.
type Route struct {
	Event               string `json:"-"`
	Path                string `json:"Path"`
	Method              string `json:"Method"`
	TimeoutInMillis     Int    `json:"TimeoutInMillis"`
	PayloadFormat       string `json:"PayloadFormatVersion"`
	APIID               string `json:"ApiId"`
	Authorized          bool   `json:"-"`
	AuthorizationScopes []string
	Auth                struct {
		Authorizer          string   `json:"Authorizer"`
		AuthorizationScopes []string `json:"AuthorizationScopes"`
	} `json:"Auth"`
	RouteSettings Throttle `json:"RouteSettings"`
}

// mapping is what stream and queue sources have in common.
type mapping struct {
	Event                          string   `json:"-"`
	BatchSize                      *Int     `json:"BatchSize"`
	MaximumBatchingWindowInSeconds Int      `json:"MaximumBatchingWindowInSeconds"`
	Enabled                        *Bool    `json:"Enabled"`
	FunctionResponseTypes          []string `json:"FunctionResponseTypes"`
	FilterCriteria                 struct {
		Filters []struct {
			Pattern string `json:"Pattern"`
		} `json:"Filters"`
	} `json:"FilterCriteria"`
}

// StreamSource is a DynamoDB event; Stream is the ARN that the template's GetAtt Table.StreamArn stands for, see
// Template.StreamTable.
type StreamSource struct {
	mapping
	Stream                     string `json:"Stream"`
	StartingPosition           string `json:"StartingPosition"`
	BisectBatchOnFunctionError Bool   `json:"BisectBatchOnFunctionError"`
	MaximumRetryAttempts       *Int   `json:"MaximumRetryAttempts"`
	MaximumRecordAgeInSeconds  *Int   `json:"MaximumRecordAgeInSeconds"`
	ParallelizationFactor      *Int   `json:"ParallelizationFactor"`
	DestinationConfig          struct {
		OnFailure struct {
			Destination string `json:"Destination"` // a queue's ARN
		} `json:"OnFailure"`
	} `json:"DestinationConfig"`
}

// QueueSource is an SQS event; Queue is the queue's ARN.
type QueueSource struct {
	mapping
	Queue         string `json:"Queue"`
	ScalingConfig struct {
		MaximumConcurrency Int `json:"MaximumConcurrency"`
	} `json:"ScalingConfig"`
}

// Schedule is a Schedule event (an EventBridge rule).
type Schedule struct {
	Event    string `json:"-"`
	Schedule string `json:"Schedule"` // rate(…) or cron(…), UTC
	Name     string `json:"Name"`
	Enabled  *Bool  `json:"Enabled"`
	State    string `json:"State"`
	Input    string `json:"Input"` // replaces the event when set
}

// On says whether the source is enabled; the default is yes.
func (m mapping) On() bool { return m.Enabled == nil || bool(*m.Enabled) }

// ReportFailures says whether the function answers with batchItemFailures.
func (m mapping) ReportFailures() bool { return len(m.FunctionResponseTypes) > 0 }

// Size is the batch size, or the service's default.
func (m mapping) Size(byDefault int) int {
	if m.BatchSize == nil {
		return byDefault
	}
	return int(*m.BatchSize)
}

// Window is how long a batch may wait to fill.
func (m mapping) Window() time.Duration {
	return time.Duration(m.MaximumBatchingWindowInSeconds) * time.Second
}

// Patterns are the filters, as the JSON texts of the template.
func (m mapping) Patterns() []string {
	var patterns []string
	for _, f := range m.FilterCriteria.Filters {
		patterns = append(patterns, f.Pattern)
	}
	return patterns
}

// On says whether the rule is enabled; the default is yes.
func (s Schedule) On() bool { return (s.Enabled == nil || bool(*s.Enabled)) && s.State != "DISABLED" }

// StreamTable is the table whose stream has this ARN; false when the template has none.
func (t *Template) StreamTable(arn string) (Table, bool) {
	for _, table := range t.Tables {
		if arn == streamARN(table.ARN) {
			return table, true
		}
	}
	return Table{}, false
}

// QueueByARN finds a queue; false when the template has none with this ARN.
func (t *Template) QueueByARN(arn string) (Queue, bool) {
	for _, q := range t.Queues {
		if q.ARN == arn {
			return q, true
		}
	}
	return Queue{}, false
}

// RoleByARN finds a role; false when the template has none with this ARN.
func (t *Template) RoleByARN(arn string) (Role, bool) {
	for _, r := range t.Roles {
		if r.ARN == arn {
			return r, true
		}
	}
	return Role{}, false
}
