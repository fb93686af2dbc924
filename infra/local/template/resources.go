package template

import (
	"crypto/sha256"
	"fmt"
)

const (
	typeTable    = "AWS::DynamoDB::Table"
	typeQueue    = "AWS::SQS::Queue"
	typeKey      = "AWS::KMS::Key"
	typeAPI      = "AWS::Serverless::HttpApi"
	typeFunction = "AWS::Serverless::Function"
	typeRole     = "AWS::IAM::Role"
	typePolicy   = "AWS::IAM::Policy"
	typeLogGroup = "AWS::Logs::LogGroup"
)

// implicitAPI is the logical id of the API that SAM makes for HttpApi events that name none.
const implicitAPI = "ServerlessHttpApi"

// reference is what Ref gives for a resource, as its page in the CloudFormation reference says under "Return values".
func (s *scope) reference(id string) (any, error) {
	kind, err := s.kind(id)
	if err != nil {
		return nil, err
	}
	switch kind {
	case typeTable:
		return s.name(id, "TableName")
	case typeFunction:
		return s.name(id, "FunctionName")
	case typeRole:
		return s.name(id, "RoleName")
	case typeLogGroup:
		return s.name(id, "LogGroupName")
	case typeQueue:
		return s.attribute(id, "QueueUrl")
	case typeKey:
		return s.keyID(id), nil
	case typeAPI:
		return id, nil
	}
	return nil, fmt.Errorf("a Ref of %s, a %s, is not served by the local cloud", id, kind)
}

// attribute is what Fn::GetAtt gives.
func (s *scope) attribute(id, attribute string) (any, error) {
	kind, err := s.kind(id)
	if err != nil {
		return nil, err
	}
	arn := func(service, resource string) string {
		return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, s.place.Region, s.place.Account, resource)
	}
	var name string
	switch kind {
	case typeTable:
		name, err = s.name(id, "TableName")
	case typeFunction:
		name, err = s.name(id, "FunctionName")
	case typeQueue:
		name, err = s.name(id, "QueueName")
	case typeRole:
		name, err = s.name(id, "RoleName")
	case typeLogGroup:
		name, err = s.name(id, "LogGroupName")
	}
	if err != nil {
		return nil, err
	}
	switch kind + "." + attribute {
	case typeTable + ".Arn":
		return arn("dynamodb", "table/"+name), nil
	case typeTable + ".StreamArn":
		return streamARN(arn("dynamodb", "table/"+name)), nil
	case typeQueue + ".Arn":
		return arn("sqs", name), nil
	case typeQueue + ".QueueName":
		return name, nil
	case typeQueue + ".QueueUrl":
		return fmt.Sprintf("%s/%s/%s", s.place.SQS, s.place.Account, name), nil
	case typeFunction + ".Arn":
		return arn("lambda", "function:"+name), nil
	case typeRole + ".Arn":
		return fmt.Sprintf("arn:aws:iam::%s:role/%s", s.place.Account, name), nil
	case typeLogGroup + ".Arn":
		return arn("logs", "log-group:"+name+":*"), nil
	case typeKey + ".Arn":
		return arn("kms", "key/"+s.keyID(id)), nil
	case typeKey + ".KeyId":
		return s.keyID(id), nil
	}
	return nil, fmt.Errorf("Fn::GetAtt %s.%s, of a %s, is not served by the local cloud", id, attribute, kind)
}

// streamARN stands for the real one, which holds the moment at which the stream was made.
func streamARN(tableARN string) string { return tableARN + "/stream/latest" }

func (s *scope) kind(id string) (string, error) {
	resource, ok := s.resources[id]
	if !ok {
		return "", fmt.Errorf("there is no parameter or resource %s", id)
	}
	return fmt.Sprint(resource["Type"]), nil
}

// name is the resource's own name, or stack-LogicalId: like CloudFormation's, but without the random end, so that data
// survive a restart.
func (s *scope) name(id, property string) (string, error) {
	properties, _ := s.resources[id]["Properties"].(map[string]any)
	given, ok := properties[property]
	if ok {
		value, err := s.resolve(given)
		if err != nil {
			return "", err
		}
		if name, isText := value.(string); isText {
			return name, nil
		}
	}
	return s.place.Stack + "-" + id, nil
}

func (s *scope) keyID(id string) string {
	h := sha256.Sum256([]byte(s.place.Stack + "/" + id))
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}
