-- The language server in Neovim, any version from 0.7 on, and commands that show what comes of an estate.
--
--     require('tenantry').setup({ cmd = { 'tenantry', 'lsp' }, settings = { lenses = false } })
local M = {}

local defaults = {
  cmd = { 'tenantry', 'lsp' },
  -- What docs/guide/editors.md lists, without `tenantry.` before it.
  settings = {},
  -- Inherited values, derived sizes and chosen nodes, where the editor can show them (0.10).
  hints = true,
  -- Called with the client and the buffer, for keys of one's own.
  on_attach = nil,
}

-- The nearest folder at or above a file with a `tenantry.kdl`.
local function root_of(path)
  local found = vim.fn.findfile('tenantry.kdl', vim.fn.fnamemodify(path, ':p:h') .. ';')
  return found ~= '' and vim.fn.fnamemodify(found, ':p:h') or nil
end

-- The client of a buffer.
local function client_of(buffer)
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  for _, client in pairs(get({ bufnr = buffer })) do
    if client.name == 'tenantry' and vim.lsp.buf_is_attached(buffer, client.id) then
      return client
    end
  end
end

local function configuration(options)
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  -- The commands below show what the server makes.
  capabilities.experimental = { tenantryPages = true }
  return {
    capabilities = capabilities,
    name = 'tenantry',
    cmd = options.cmd,
    settings = { tenantry = options.settings },
    init_options = options.settings,
    get_language_id = function()
      return 'tenantry-kdl'
    end,
    on_attach = function(client, buffer)
      if options.hints and vim.lsp.inlay_hint and client.server_capabilities.inlayHintProvider then
        pcall(vim.lsp.inlay_hint.enable, true, { bufnr = buffer })
      end
      if options.on_attach then
        options.on_attach(client, buffer)
      end
    end,
  }
end

-- Starts the server for a buffer, or joins the one that the estate has.
local started = {}
local function attach(buffer, options)
  local root = root_of(vim.api.nvim_buf_get_name(buffer))
  if not root then
    return
  end
  local made = configuration(options)
  made.root_dir = root
  if vim.lsp.start then -- 0.8
    vim.lsp.start(made, { bufnr = buffer })
    return
  end
  if not (started[root] and vim.lsp.get_client_by_id(started[root])) then
    started[root] = vim.lsp.start_client(made)
  end
  if started[root] then
    vim.lsp.buf_attach_client(buffer, started[root])
  end
end

-- Asks the server to run one of its commands, and hands on what it answers.
local function ask(command, arguments, show)
  local client = client_of(vim.api.nvim_get_current_buf())
  if not client then
    vim.notify('tenantry: no server is attached to this buffer', vim.log.levels.WARN)
    return
  end
  local params = { command = command, arguments = arguments }
  local function answered(err, result)
    if err then
      vim.notify('tenantry: ' .. err.message, vim.log.levels.ERROR)
    elseif result then
      show(result)
    end
  end
  if vim.fn.has('nvim-0.11') == 1 then
    client:request('workspace/executeCommand', params, answered)
  else
    client.request('workspace/executeCommand', params, answered)
  end
end

-- An emitted file in a split, at the line that comes from the node under the cursor.
local function show_file(artifact)
  vim.cmd('vertical new')
  vim.bo.buftype, vim.bo.bufhidden, vim.bo.swapfile = 'nofile', 'wipe', false
  vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(artifact.text, '\n'))
  pcall(vim.api.nvim_buf_set_name, 0, 'tenantry://' .. artifact.path)
  vim.bo.filetype = artifact.path:match('%.ya?ml$') and 'yaml' or artifact.path:match('%.json$') and 'json' or ''
  vim.bo.modifiable = false
  vim.api.nvim_win_set_cursor(0, { artifact.lines[1] or 1, 0 })
end

-- What is emitted for the node under the cursor; of several files the one that is chosen.
function M.output()
  local cursor = vim.api.nvim_win_get_cursor(0)
  local uri = vim.uri_from_bufnr(0)
  local text = vim.api.nvim_get_current_line():sub(1, cursor[2])
  local client = client_of(0) or {}
  local utf8 = client.offset_encoding == 'utf-8'
  local column = utf8 and #text or select(2, vim.str_utfindex(text))
  local position = { line = cursor[1] - 1, character = column }
  ask('tenantry.showArtifact', { { uri = uri, position = position } }, function(found)
    if #found == 0 then
      vim.notify('tenantry: nothing is emitted for what is here, or an error stands in the way')
    elseif #found == 1 then
      show_file(found[1])
    else
      local paths = vim.tbl_map(function(it)
        return it.path
      end, found)
      vim.ui.select(paths, { prompt = 'Which of the files?' }, function(_, index)
        if index then
          show_file(found[index])
        end
      end)
    end
  end)
end

-- A page of what is saved, made by the program, in the system's browser.
local function show_page(what)
  local client = client_of(vim.api.nvim_get_current_buf())
  local root = root_of(vim.api.nvim_buf_get_name(0))
  if not (client and root) then
    vim.notify('tenantry: no server is attached to this buffer', vim.log.levels.WARN)
    return
  end
  local path = vim.fn.tempname() .. '.html'
  vim.fn.system({ client.config.cmd[1], what, root, '--html', path })
  if vim.fn.filereadable(path) == 0 then
    vim.notify('tenantry: there is no page while the estate has errors', vim.log.levels.WARN)
  elseif vim.ui.open then -- 0.10
    vim.ui.open(path)
  else
    local open = vim.fn.has('mac') == 1 and 'open' or 'xdg-open'
    vim.fn.jobstart({ open, path }, { detach = true })
  end
end

-- `place` or `flows`.
function M.report(what)
  show_page(what)
end

-- Applies every fix that is certain.
function M.fix_all()
  vim.lsp.buf.code_action({ context = { only = { 'source.fixAll' }, diagnostics = {} }, apply = true })
end

function M.setup(options)
  options = vim.tbl_deep_extend('force', defaults, options or {})
  local group = vim.api.nvim_create_augroup('tenantry', {})
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = 'tenantry',
    callback = function(event)
      attach(event.buf, options)
    end,
  })
  for name, run in pairs({
    Output = M.output,
    Placement = function()
      M.report('place')
    end,
    Flows = function()
      M.report('flows')
    end,
    FixAll = M.fix_all,
  }) do
    vim.api.nvim_create_user_command('Tenantry' .. name, run, {})
  end
end

return M
