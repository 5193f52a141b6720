module tenantry.dev/conformance/protocol

go 1.26.0
