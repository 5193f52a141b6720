-- For Neovim from 0.11 on: `vim.lsp.enable('tenantry')` in init.lua is all.
return {
  cmd = { 'tenantry', 'lsp' },
  filetypes = { 'tenantry' },
  root_markers = { 'tenantry.kdl' },
  get_language_id = function()
    return 'tenantry-kdl'
  end,
}
