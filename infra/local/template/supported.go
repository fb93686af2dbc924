package template

import (
	"fmt"
	"sort"
	"strings"
)

// properties says, of one kind of thing, which properties are honoured and which are knowingly passed over because they
// mean nothing on one machine. A path's parts are joined by dots; * is any name or index. A path covers all below it.
type properties struct{ honoured, passed string }

// supported is the whole of what the local cloud understands. Event types are listed as Function/Type.
var supported = map[string]properties{
	typeTable: {
		honoured: `TableName AttributeDefinitions.*.AttributeName AttributeDefinitions.*.AttributeType
			KeySchema.*.AttributeName KeySchema.*.KeyType StreamSpecification.StreamViewType
			GlobalSecondaryIndexes.*.IndexName GlobalSecondaryIndexes.*.KeySchema.*.AttributeName
			GlobalSecondaryIndexes.*.KeySchema.*.KeyType GlobalSecondaryIndexes.*.Projection.ProjectionType
			GlobalSecondaryIndexes.*.Projection.NonKeyAttributes
			TimeToLiveSpecification.AttributeName TimeToLiveSpecification.Enabled`,
		// Nothing throttles locally, so capacity has no effect; there are no backups and one disk.
		passed: `BillingMode ProvisionedThroughput OnDemandThroughput GlobalSecondaryIndexes.*.ProvisionedThroughput
			GlobalSecondaryIndexes.*.OnDemandThroughput PointInTimeRecoverySpecification SSESpecification
			DeletionProtectionEnabled TableClass ContributorInsightsSpecification Tags`,
	},
	typeQueue: {
		honoured: `QueueName VisibilityTimeout DelaySeconds ReceiveMessageWaitTimeSeconds FifoQueue
			ContentBasedDeduplication RedrivePolicy.deadLetterTargetArn RedrivePolicy.maxReceiveCount`,
		// ElasticMQ keeps messages for ever; the control port holds to "only a dead-letter queue is redriven".
		passed: `MessageRetentionPeriod MaximumMessageSize KmsMasterKeyId KmsDataKeyReusePeriodSeconds
			SqsManagedSseEnabled RedriveAllowPolicy Tags`,
	},
	typeKey: {
		passed: `KeyPolicy EnableKeyRotation RotationPeriodInDays Enabled Description PendingWindowInDays KeySpec KeyUsage
			MultiRegion Tags`,
	},
	typeRole: {
		honoured: `RoleName Policies.*.PolicyDocument.Statement.*.Effect Policies.*.PolicyDocument.Statement.*.Action
			Policies.*.PolicyDocument.Statement.*.Resource Policies.*.PolicyDocument.Statement.*.Condition`,
		passed: `AssumeRolePolicyDocument Policies.*.PolicyName Policies.*.PolicyDocument.Version
			Policies.*.PolicyDocument.Statement.*.Sid Description MaxSessionDuration Tags`,
	},
	typePolicy: {
		honoured: `Roles PolicyDocument.Statement.*.Effect PolicyDocument.Statement.*.Action
			PolicyDocument.Statement.*.Resource PolicyDocument.Statement.*.Condition`,
		passed: `PolicyName PolicyDocument.Version PolicyDocument.Statement.*.Sid`,
	},
	typeAPI: {
		honoured: `Auth.DefaultAuthorizer Auth.Authorizers.*.JwtConfiguration.audience
			Auth.Authorizers.*.AuthorizationScopes Auth.Authorizers.*.IdentitySource CorsConfiguration
			DefaultRouteSettings.ThrottlingBurstLimit DefaultRouteSettings.ThrottlingRateLimit
			RouteSettings.*.ThrottlingBurstLimit RouteSettings.*.ThrottlingRateLimit`,
		// The issuer is the local one, whatever the template says. The API has no stage prefix, as $default has none.
		passed: `Auth.Authorizers.*.JwtConfiguration.issuer StageName Name Description Tags PropagateTags FailOnWarnings
			AccessLogSettings DefaultRouteSettings.DetailedMetricsEnabled RouteSettings.*.DetailedMetricsEnabled
			DisableExecuteApiEndpoint`,
	},
	typeFunction: {
		honoured: `FunctionName Role CodeUri Runtime Handler MemorySize Timeout Environment.Variables
			ReservedConcurrentExecutions EventInvokeConfig.MaximumRetryAttempts`,
		// Bootstraps are built for this machine. Events are read by their own types.
		passed: `Events Architectures Tracing LoggingConfig EphemeralStorage KmsKeyArn
			PropagateTags Description Tags PackageType EventInvokeConfig.MaximumEventAgeInSeconds RuntimeManagementConfig`,
	},
	typeFunction + "/HttpApi": {
		honoured: `Path Method ApiId TimeoutInMillis PayloadFormatVersion Auth.Authorizer Auth.AuthorizationScopes
			RouteSettings.ThrottlingBurstLimit RouteSettings.ThrottlingRateLimit`,
		passed: `RouteSettings.DetailedMetricsEnabled`,
	},
	typeFunction + "/DynamoDB": {
		honoured: `Stream StartingPosition BatchSize MaximumBatchingWindowInSeconds Enabled FunctionResponseTypes
			FilterCriteria.Filters.*.Pattern BisectBatchOnFunctionError MaximumRetryAttempts MaximumRecordAgeInSeconds
			ParallelizationFactor DestinationConfig.OnFailure.Destination`,
		passed: `DestinationConfig.OnFailure.Type MetricsConfig`,
	},
	typeFunction + "/SQS": {
		honoured: `Queue BatchSize MaximumBatchingWindowInSeconds Enabled FunctionResponseTypes
			FilterCriteria.Filters.*.Pattern ScalingConfig.MaximumConcurrency`,
		passed: `MetricsConfig`,
	},
	typeFunction + "/Schedule": {
		honoured: `Schedule Name Enabled State Input`,
		passed:   `Description`,
	},
}

// passedTypes have no effect on one machine.
var passedTypes = map[string]bool{
	"AWS::CloudWatch::Alarm": true, "AWS::CloudWatch::CompositeAlarm": true, "AWS::CloudWatch::Dashboard": true,
	"AWS::Logs::LogGroup": true, "AWS::Logs::MetricFilter": true, "AWS::KMS::Alias": true, "AWS::SQS::QueuePolicy": true,
}

// sections and attributes are the template's outer layers.
var (
	sections = map[string]bool{"AWSTemplateFormatVersion": true, "Transform": true, "Description": true,
		"Metadata": true, "Parameters": true, "Conditions": true, "Globals": true, "Resources": true, "Outputs": true}
	attributes = map[string]bool{"Type": true, "Properties": true, "Condition": true, "DependsOn": true,
		"DeletionPolicy": true, "UpdateReplacePolicy": true, "Metadata": true}
)

// rule is one name of a property path; honoured and passed rules cover all below them.
type rule struct {
	below            map[string]*rule
	honoured, passed bool
}

func (p properties) rules() *rule {
	root := &rule{below: map[string]*rule{}}
	add := func(paths string, mark func(*rule)) {
		for path := range strings.FieldsSeq(paths) {
			r := root
			for name := range strings.SplitSeq(path, ".") {
				if r.below[name] == nil {
					r.below[name] = &rule{below: map[string]*rule{}}
				}
				r = r.below[name]
			}
			mark(r)
		}
	}
	add(p.honoured, func(r *rule) { r.honoured = true })
	add(p.passed, func(r *rule) { r.passed = true })
	return root
}

// pick returns what is honoured of a resource's properties, resolved, and reports everything else that isn't knowingly
// passed over.
func (p properties) pick(s *scope, path string, node any, report func(path, problem string)) any {
	return p.rules().pick(s, path, node, report)
}

func (r *rule) pick(s *scope, path string, node any, report func(path, problem string)) any {
	if _, _, call := intrinsic(node); r.honoured || call {
		value, err := s.resolve(node)
		_, none := value.(noValue)
		switch {
		case err != nil:
			part, problem := split(err)
			report(path+part, problem)
			return nil
		case none:
			return nil
		case r.honoured:
			return value
		}
		node = value
	}
	switch n := node.(type) {
	case map[string]any:
		picked := map[string]any{}
		for _, name := range sorted(n) {
			if v := r.child(s, path, name, n[name], report); v != nil {
				picked[name] = v
			}
		}
		return picked
	case []any:
		picked := []any{}
		for i, item := range n {
			if v := r.child(s, path, fmt.Sprint(i), item, report); v != nil {
				picked = append(picked, v)
			}
		}
		return picked
	}
	report(path, "a map or list was expected here")
	return nil
}

func (r *rule) child(s *scope, path, name string, node any, report func(path, problem string)) any {
	below := r.below[name]
	if below == nil {
		below = r.below["*"]
	}
	path += "." + name
	switch {
	case below == nil:
		report(path, "is not served by the local cloud")
		return nil
	case below.passed:
		return nil
	}
	return below.pick(s, path, node, report)
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
