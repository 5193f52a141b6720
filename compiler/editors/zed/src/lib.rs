//! Tenantry in Zed: how `tenantry lsp` is started, and which settings it gets.

use zed_extension_api::{
    self as zed, Command, Extension, LanguageServerId, Result, Worktree, serde_json::Value,
    settings::LspSettings,
};

struct Tenantry;

impl Extension for Tenantry {
    fn new() -> Self {
        Self
    }

    /// The program that the setting `lsp.tenantry.binary.path` names, or the one on the `PATH`.
    fn language_server_command(
        &mut self,
        server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Command> {
        let binary = LspSettings::for_worktree(server.as_ref(), worktree)?.binary;
        let named = binary.as_ref().and_then(|binary| binary.path.clone());
        let command = named
            .or_else(|| worktree.which("tenantry"))
            .ok_or("`tenantry` is not on the PATH, and `lsp.tenantry.binary.path` names none")?;
        let args = binary
            .and_then(|binary| binary.arguments)
            .unwrap_or_else(|| vec!["lsp".to_owned()]);
        Ok(Command {
            command,
            args,
            env: worktree.shell_env(),
        })
    }

    /// What `lsp.tenantry.settings` holds.
    fn language_server_workspace_configuration(
        &mut self,
        server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<Value>> {
        let settings = LspSettings::for_worktree(server.as_ref(), worktree)?.settings;
        Ok(settings.map(|settings| zed::serde_json::json!({ "tenantry": settings })))
    }
}

zed::register_extension!(Tenantry);
