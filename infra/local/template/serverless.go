package template

import (
	"fmt"
	"slices"
	"strings"
)

// SAM's two resources: the HTTP API, and functions with their events.

func (b *builder) api(id string) {
	path := "Resources." + id
	if b.out.API != nil {
		b.report(path, "is a second HTTP API; the local cloud serves one")
		return
	}
	api := &API{LogicalID: id}
	picked := b.decodeAPI(id, api)
	b.out.API = api
	auth := section(picked, "Auth")
	authorizers := section(auth, "Authorizers")
	name, _ := auth["DefaultAuthorizer"].(string)
	for _, other := range sorted(authorizers) {
		if other != name {
			b.report(path+".Properties.Auth.Authorizers."+other, "is not the DefaultAuthorizer; the local cloud serves one")
		}
	}
	if name == "" {
		return
	}
	about := section(authorizers, name)
	if source, ok := about["IdentitySource"]; ok && source != "$request.header.Authorization" {
		b.report(path+".Properties.Auth.Authorizers."+name+".IdentitySource", fmt.Sprintf("%v is not served by the local cloud", source))
	}
	api.Authorizer = Authorizer{
		Name:                name,
		Audience:            texts(section(about, "JwtConfiguration")["audience"]),
		AuthorizationScopes: texts(about["AuthorizationScopes"]),
	}
}

// decodeAPI allows for CorsConfiguration: '*' or a list of origins, SAM's short forms.
func (b *builder) decodeAPI(id string, api *API) map[string]any {
	properties := b.properties(id)
	switch short := properties["CorsConfiguration"].(type) {
	case bool:
		delete(properties, "CorsConfiguration")
		if short {
			properties["CorsConfiguration"] = map[string]any{"AllowOrigins": []any{"*"}}
		}
	case string:
		properties["CorsConfiguration"] = map[string]any{"AllowOrigins": []any{short}}
	case []any:
		properties["CorsConfiguration"] = map[string]any{"AllowOrigins": short}
	}
	return b.fill("Resources."+id+".Properties", supported[typeAPI], properties, api)
}

// texts reads a text or a list of texts. A parameter of type CommaDelimitedList is one text with commas.
func texts(value any) []string {
	switch v := value.(type) {
	case string:
		return strings.Split(v, ",")
	case []any:
		list := make([]string, 0, len(v))
		for _, item := range v {
			list = append(list, texts(item)...)
		}
		return list
	}
	return nil
}

func (b *builder) function(id string) {
	path := "Resources." + id + ".Properties"
	f := Function{LogicalID: id, MemorySize: 128, Timeout: 3}
	b.decode(id, typeFunction, &f)
	f.FunctionName, f.ARN = b.must(id, "Ref"), b.must(id, "Arn")
	if !strings.HasPrefix(f.Runtime, "provided.") {
		b.report(path+".Runtime", fmt.Sprintf("%q is not served by the local cloud, which starts bootstraps (provided.al2023)", f.Runtime))
	}
	if method := section(b.scope.resources[id], "Metadata")["BuildMethod"]; method != nil && method != "go1.x" {
		b.report("Resources."+id+".Metadata.BuildMethod", fmt.Sprintf("%v is not served by the local cloud, which builds Go", method))
	}
	if _, ok := b.out.RoleByARN(f.Role); !ok {
		b.report(path+".Role", fmt.Sprintf("%q is no role of this template; the local cloud makes none of its own", f.Role))
	}
	if f.CodeURI == "" {
		b.report(path+".CodeUri", "is missing")
	}
	events := section(b.properties(id), "Events")
	for _, name := range sorted(events) {
		b.event(&f, path+".Events."+name, name, section(events, name))
	}
	b.out.Functions = append(b.out.Functions, f)
}

func (b *builder) event(f *Function, path, name string, event map[string]any) {
	kind := fmt.Sprint(event["Type"])
	known, ok := supported[typeFunction+"/"+kind]
	if !ok {
		b.report(path+".Type", kind+" is not served by the local cloud")
		return
	}
	path += ".Properties"
	given := section(event, "Properties")
	switch kind {
	case "HttpApi":
		r := Route{Event: name, Method: "ANY"}
		b.fill(path, known, given, &r)
		f.Routes = append(f.Routes, b.route(path, r))
	case "DynamoDB":
		s := StreamSource{mapping: mapping{Event: name}}
		b.fill(path, known, given, &s)
		b.choice(path+".StartingPosition", s.StartingPosition, "TRIM_HORIZON", "LATEST")
		b.responses(path, s.mapping)
		if _, ok := b.out.StreamTable(s.Stream); !ok {
			b.report(path+".Stream", fmt.Sprintf("%q is no stream of this template", s.Stream))
		}
		if to := s.DestinationConfig.OnFailure.Destination; to != "" {
			b.queue(path+".DestinationConfig.OnFailure.Destination", to)
		}
		f.Streams = append(f.Streams, s)
	case "SQS":
		s := QueueSource{mapping: mapping{Event: name}}
		b.fill(path, known, given, &s)
		b.responses(path, s.mapping)
		b.queue(path+".Queue", s.Queue)
		f.Sources = append(f.Sources, s)
	case "Schedule":
		s := Schedule{Event: name}
		b.fill(path, known, given, &s)
		b.choice(path+".State", s.State, "", "ENABLED", "DISABLED")
		if s.Name == "" {
			s.Name = f.LogicalID + name
		}
		f.Schedules = append(f.Schedules, s)
	}
}

// route applies the API's default authorizer.
func (b *builder) route(path string, r Route) Route {
	if b.out.API == nil {
		b.out.API = &API{LogicalID: implicitAPI}
		if len(section(b.globals, "HttpApi")) > 0 {
			b.scope.resources[implicitAPI] = map[string]any{"Type": typeAPI}
			b.out.API = nil
			b.api(implicitAPI)
		}
	}
	api := b.out.API
	if r.APIID != "" && r.APIID != api.LogicalID {
		b.report(path+".ApiId", fmt.Sprintf("%q is not the HTTP API of this template", r.APIID))
	}
	r.Method = strings.ToUpper(r.Method)
	if r.Method == "*" || r.Method == "X-AMAZON-APIGATEWAY-ANY-METHOD" {
		r.Method = "ANY"
	}
	b.choice(path+".PayloadFormatVersion", r.PayloadFormat, "", "2.0")
	b.choice(path+".Auth.Authorizer", r.Auth.Authorizer, "", "NONE", api.Authorizer.Name)
	r.Authorized = api.Authorizer.Name != "" && r.Auth.Authorizer != "NONE"
	r.AuthorizationScopes = r.Auth.AuthorizationScopes
	if len(r.AuthorizationScopes) == 0 {
		r.AuthorizationScopes = api.Authorizer.AuthorizationScopes
	}
	return r
}

func (b *builder) responses(path string, m mapping) {
	for _, kind := range m.FunctionResponseTypes {
		b.choice(path+".FunctionResponseTypes", kind, "ReportBatchItemFailures")
	}
}

func (b *builder) queue(path, arn string) {
	if _, ok := b.out.QueueByARN(arn); !ok {
		b.report(path, fmt.Sprintf("%q is no queue of this template", arn))
	}
}

func (b *builder) choice(path, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		b.report(path, fmt.Sprintf("%q is not served by the local cloud", value))
	}
}
