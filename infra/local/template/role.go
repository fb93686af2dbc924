package template

import (
	"fmt"
	"slices"
)

// A role's statements, from wherever the template says them.

func (b *builder) role(id string) {
	var given struct {
		Policies []struct {
			PolicyDocument struct {
				Statement []Statement `json:"Statement"`
			} `json:"PolicyDocument"`
		} `json:"Policies"`
	}
	b.decode(id, typeRole, &given)
	role := Role{LogicalID: id, ARN: b.must(id, "Arn"), RoleName: b.must(id, "Ref")}
	for i, p := range given.Policies {
		path := fmt.Sprintf("Resources.%s.Properties.Policies.%d.PolicyDocument.Statement", id, i)
		role.Statements = append(role.Statements, placed(path, p.PolicyDocument.Statement)...)
	}
	b.out.Roles = append(b.out.Roles, role)
}

// policy adds a policy that stands apart to the roles that it names.
func (b *builder) policy(id string) {
	var given struct {
		Roles          Texts `json:"Roles"`
		PolicyDocument struct {
			Statement []Statement `json:"Statement"`
		} `json:"PolicyDocument"`
	}
	b.decode(id, typePolicy, &given)
	path := "Resources." + id + ".Properties"
	for _, name := range given.Roles {
		i := slices.IndexFunc(b.out.Roles, func(r Role) bool { return r.RoleName == name })
		if i < 0 {
			b.report(path+".Roles", fmt.Sprintf("%q is no role of this template", name))
			continue
		}
		b.out.Roles[i].Statements = append(b.out.Roles[i].Statements, placed(path+".PolicyDocument.Statement", given.PolicyDocument.Statement)...)
	}
}

func placed(path string, statements []Statement) []Statement {
	for i := range statements {
		statements[i].Path = fmt.Sprintf("%s.%d", path, i)
	}
	return statements
}
